using System.Security.Cryptography;
using System.Text;
using Jobs.Database;
using Npgsql;

namespace Jobs.Kinds.Queries.Reports;

/// <summary>
/// How reports come to the service's own database: as a role of their own that has no rights but to ask the views of
/// the schema <c>jobs_reports</c>, which show the rows of the tenant that is signed here. Thread-safe.
/// </summary>
internal sealed class ReportAccess(JobsDataSource database)
{
    private const int MaxTries = 3;

    /// <summary>What the signature of a tenant is of, and whether this session could become the owner of the tables.</summary>
    public const string Challenge = """
        select jobs_reports.challenge(), pg_has_role(session_user, n.nspowner, 'member')
        from pg_namespace n
        where n.nspname = 'jobs'
        """;

    /// <summary>Says the tenant of the transaction.</summary>
    public const string Tenant = "select set_config('jobs.report_tenant', $1, true)";

    /// <summary>With what reports sign in and are signed.</summary>
    public const string Read = "select role, password, secret from jobs.report_access";

    /// <summary>Makes the role, or sets its password.</summary>
    public const string Ensure = "select jobs.ensure_report_role($1)";

    private volatile byte[]? secret;

    /// <summary>A connection string of the role, which is made where it is not there.</summary>
    /// <exception cref="NpgsqlException">The role can be neither signed in as nor made.</exception>
    public async Task<string> SignInAsync(CancellationToken cancellationToken)
    {
        var (settings, password) = await SettingsAsync(cancellationToken);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var connection = new NpgsqlConnection(settings);
                await connection.OpenAsync(cancellationToken);
                return settings;
            }
            catch (PostgresException e) when (IsUnknown(e) && attempt < MaxTries)
            {
                await EnsureAsync(password, cancellationToken);
            }
        }
    }

    /// <summary>A tenant, signed for the transaction of a challenge.</summary>
    public async ValueTask<string> SignAsync(
        int tenantId,
        string challenge,
        CancellationToken cancellationToken
    )
    {
        if (secret is null)
        {
            await SettingsAsync(cancellationToken);
        }
        var message = Encoding.UTF8.GetBytes(
            FormattableString.Invariant($"{tenantId}:{challenge}")
        );
        var signature = Hash(Hash(message));
        return FormattableString.Invariant($"{tenantId}:{Convert.ToHexStringLower(signature)}");
    }

    private byte[] Hash(byte[] message) => SHA256.HashData([.. secret!, .. message]);

    // Without a pool: it is to find out whether it can be signed in with.
    private async Task<(string Settings, string Password)> SettingsAsync(CancellationToken ct)
    {
        await using var read = database.Requests.CreateCommand(Read);
        await using var row = await read.ExecuteReaderAsync(ct);
        await row.ReadAsync(ct);
        secret = row.GetFieldValue<byte[]>(2);
        var settings = new NpgsqlConnectionStringBuilder(database.SessionConnectionString)
        {
            Username = row.GetString(0),
            Password = row.GetString(1),
            Pooling = false,
        };
        return (settings.ConnectionString, row.GetString(1));
    }

    private async Task EnsureAsync(string password, CancellationToken ct)
    {
        await using var ensure = database.Requests.CreateCommand(Ensure);
        ensure.Parameters.Add(new() { Value = ScramVerifier.Of(password) });
        try
        {
            await ensure.ExecuteNonQueryAsync(ct);
        }
        catch (PostgresException e)
            when (e.SqlState
                    is PostgresErrorCodes.DuplicateObject
                        or PostgresErrorCodes.UniqueViolation
                        or PostgresErrorCodes.InternalError
            )
        {
            // Another database of the server, a copy of this one, makes the same role at this moment.
        }
    }

    // Where no password is asked for, only the role that is not there is refused.
    private static bool IsUnknown(PostgresException e) =>
        e.SqlState
            is PostgresErrorCodes.InvalidPassword
                or PostgresErrorCodes.InvalidAuthorizationSpecification;
}
