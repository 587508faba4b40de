using Jobs.Auditing;
using Jobs.Database;
using Npgsql;

namespace Jobs.Notifications.Webhooks;

/// <summary>The secrets of tenants; each is made when it is first needed. Thread-safe.</summary>
public sealed class WebhookSecrets(JobsDataSource database)
{
    /// <summary>How long the former secret signs beside the new one.</summary>
    public static readonly TimeSpan Overlap = TimeSpan.FromDays(1);

    public async Task<WebhookSecretInfo> GetAsync(
        int tenantId,
        CancellationToken cancellationToken
    ) =>
        await ReadAsync(WebhookStatements.Secret, cancellationToken, tenantId, Overlap)
        ?? (
            await ReadAsync(
                WebhookStatements.MakeSecret,
                cancellationToken,
                tenantId,
                Overlap,
                WebhookSecret.New()
            )
        )!;

    /// <summary>Makes a new secret; the former one goes on to sign for <see cref="Overlap"/>.</summary>
    public async Task<WebhookSecretInfo> RotateAsync(
        int tenantId,
        CancellationToken cancellationToken
    ) =>
        (
            await ReadAsync(
                WebhookStatements.RotateSecret,
                cancellationToken,
                tenantId,
                Overlap,
                WebhookSecret.New()
            )
        )!;

    private Task<WebhookSecretInfo?> ReadAsync(
        string sql,
        CancellationToken cancellationToken,
        params object[] values
    ) =>
        database.Requests.ChangeAsync(
            connection => ReadAsync(connection, sql, values, cancellationToken),
            _ => sql == WebhookStatements.RotateSecret,
            cancellationToken
        );

    private static async Task<WebhookSecretInfo?> ReadAsync(
        NpgsqlConnection connection,
        string sql,
        object[] values,
        CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken) || row.IsDBNull(0))
        {
            return null;
        }
        return new WebhookSecretInfo(
            row.GetString(0),
            row.IsDBNull(1) ? null : row.GetString(1),
            row.IsDBNull(2) ? null : row.GetFieldValue<DateTimeOffset>(2)
        );
    }
}

/// <summary>What signs the webhooks of a tenant.</summary>
/// <param name="Secret">With its prefix <c>whsec_</c>.</param>
/// <param name="Former">The one before, while it signs as well.</param>
/// <param name="FormerUntil">How long it does.</param>
public sealed record WebhookSecretInfo(string Secret, string? Former, DateTimeOffset? FormerUntil);
