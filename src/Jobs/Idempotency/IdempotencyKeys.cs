using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Jobs.Batches;
using Jobs.Database;
using Npgsql;
using NpgsqlTypes;

namespace Jobs.Idempotency;

/// <summary>
/// Remembers answers to requests that carry a key, for a day. A key is held while its request is answered; who holds it
/// renews that, so that a request whose process died can be repeated after <see cref="HoldTime"/>. Thread-safe.
/// </summary>
public sealed class IdempotencyKeys(JobsDataSource database, TimeProvider time)
{
    /// <summary>Characters of a key.</summary>
    public const int KeyLength = 255;

    /// <summary>The SQLSTATE of a write for a key that another request holds.</summary>
    public const string LostState = "JB409";

    /// <summary>How long an answer is remembered.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    /// <summary>How long a key stays held when nobody renews it.</summary>
    public static readonly TimeSpan HoldTime = TimeSpan.FromSeconds(30);

    /// <summary>Takes a key, or finds what is kept for it.</summary>
    /// <param name="tenantId">Keys of different tenants never meet.</param>
    /// <param name="route">Neither do those of different addresses.</param>
    /// <param name="key">As the caller chose it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<KeyState> ClaimAsync(
        int tenantId,
        string route,
        string key,
        CancellationToken cancellationToken
    )
    {
        var hold = new KeyHold(
            tenantId,
            SHA256.HashData(Encoding.UTF8.GetBytes($"{route}\n{key}")),
            Guid.CreateVersion7(time.GetUtcNow())
        );
        await using var batch = Batch(IdempotencyStatements.Claim, hold, HoldTime, Lifetime);
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        await row.NextResultAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken))
        {
            return new KeyState(null, null);
        }
        if (row.GetBoolean(0))
        {
            return new KeyState(hold, null);
        }
        return row.IsDBNull(2)
            ? new KeyState(null, null)
            : new KeyState(
                null,
                new KeptAnswer(
                    row.GetFieldValue<byte[]>(1),
                    row.GetInt16(2),
                    JsonSerializer.Deserialize(
                        row.GetString(3),
                        BatchJson.Default.DictionaryStringString
                    )!,
                    row.GetFieldValue<byte[]>(4)
                )
            );
    }

    /// <summary>Goes on holding a key.</summary>
    public Task RenewAsync(KeyHold hold, CancellationToken cancellationToken) =>
        ExecuteAsync(IdempotencyStatements.Renew, hold, cancellationToken, HoldTime);

    /// <summary>Gives a key back without an answer: the request may be repeated at once.</summary>
    public Task ReleaseAsync(KeyHold hold, CancellationToken cancellationToken) =>
        ExecuteAsync(IdempotencyStatements.Release, hold, cancellationToken);

    /// <summary>Keeps an answer on its own; one to a submission is kept in the transaction of its batch instead.</summary>
    /// <exception cref="PostgresException">With <see cref="LostState"/>: another request holds the key.</exception>
    public async Task KeepAsync(
        KeyHold hold,
        KeptAnswer answer,
        CancellationToken cancellationToken
    )
    {
        await using var batch = database.Requests.CreateBatch();
        batch.BatchCommands.Add(Keeping(hold, answer));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    internal static NpgsqlBatchCommand Keeping(KeyHold hold, KeptAnswer answer) =>
        new(IdempotencyStatements.Keep)
        {
            Parameters =
            {
                new() { Value = hold.TenantId },
                new() { Value = hold.Key },
                new() { Value = hold.Token },
                new() { Value = answer.RequestHash },
                new() { Value = (short)answer.Status },
                new()
                {
                    Value = JsonSerializer.Serialize(
                        answer.Headers,
                        BatchJson.Default.IReadOnlyDictionaryStringString
                    ),
                    NpgsqlDbType = NpgsqlDbType.Text,
                },
                new() { Value = answer.Body },
            },
        };

    private async Task ExecuteAsync(
        string sql,
        KeyHold hold,
        CancellationToken cancellationToken,
        params object[] more
    )
    {
        await using var batch = Batch(sql, hold, more);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private NpgsqlBatch Batch(string sql, KeyHold hold, params object[] more)
    {
        var command = new NpgsqlBatchCommand(sql)
        {
            Parameters =
            {
                new() { Value = hold.TenantId },
                new() { Value = hold.Key },
                new() { Value = hold.Token },
            },
        };
        foreach (var value in more)
        {
            command.Parameters.Add(new() { Value = value });
        }
        var batch = database.Requests.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(IdempotencyStatements.Relaxed));
        batch.BatchCommands.Add(command);
        return batch;
    }
}
