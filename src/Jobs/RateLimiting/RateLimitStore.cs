using Jobs.Auditing;
using Jobs.Database;
using Jobs.Engine;
using Npgsql;
using NpgsqlTypes;

namespace Jobs.RateLimiting;

/// <summary>
/// Rules that are set while the service runs, and counters that are shown and reset. What changes is told to all nodes,
/// which take it up within a second, and within 5 s where no notice arrives. Thread-safe.
/// </summary>
/// <remarks>Fails with <see cref="NpgsqlException"/> where the database cannot be reached.</remarks>
public sealed class RateLimitStore(JobsDataSource database, Notices notices, RateLimitRules rules)
{
    /// <summary>Every rule that is stored, and the revision that they are at least of.</summary>
    internal async Task<IReadOnlyList<RateLimitRule>> ListAsync(CancellationToken cancellationToken)
    {
        await using var command = database.Requests.CreateCommand(RuleStatements.List);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<RateLimitRule>();
        while (await row.ReadAsync(cancellationToken))
        {
            found.Add(Read(row));
        }
        return found;
    }

    /// <summary>Sets what a policy is, or what it is for a tenant or a key; false where there is no such tenant or key.</summary>
    /// <param name="tenant">Its name; null for all.</param>
    /// <param name="keyId">Null for all.</param>
    public async Task<bool> SaveAsync(
        string policy,
        string? tenant,
        Guid? keyId,
        RateLimitSettings settings,
        string updatedBy,
        CancellationToken cancellationToken
    )
    {
        await using var command = Command(RuleStatements.Save, policy, tenant, keyId);
        command.Parameters.Add(new() { Value = settings.Permits });
        command.Parameters.Add(new() { Value = (long)settings.Period.TotalMilliseconds });
        command.Parameters.Add(new() { Value = settings.Burst });
        command.Parameters.Add(Nullable(settings.PerMinute, NpgsqlDbType.Integer));
        command.Parameters.Add(Nullable(settings.PerHour, NpgsqlDbType.Integer));
        command.Parameters.Add(Nullable(settings.PerDay, NpgsqlDbType.Integer));
        command.Parameters.Add(
            new() { Value = settings.Mode == RateLimitMode.Shadow ? "shadow" : "enforce" }
        );
        command.Parameters.Add(
            new()
            {
                Value = settings.WhenAway switch
                {
                    WhenAway.Open => "open",
                    WhenAway.Closed => "closed",
                    _ => "local",
                },
            }
        );
        command.Parameters.Add(new() { Value = settings.Endpoints.ToArray() });
        command.Parameters.Add(new() { Value = updatedBy });
        if (!await SavedAsync(command, cancellationToken))
        {
            return false;
        }
        notices.SendLimits("");
        return true;
    }

    /// <summary>Takes back what was set; false where nothing was.</summary>
    public async Task<bool> RemoveAsync(
        string policy,
        string? tenant,
        Guid? keyId,
        CancellationToken cancellationToken
    )
    {
        await using var command = Command(RuleStatements.Remove, policy, tenant, keyId);
        var removed = await database.Requests.ChangeAsync(
            async connection =>
            {
                command.Connection = connection;
                return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
            },
            removed => removed,
            cancellationToken
        );
        // Told again when it was taken back before: a repeat may be sent because nothing seems to happen.
        notices.SendLimits("");
        return removed;
    }

    /// <summary>Starts a caller anew under a policy, on every node.</summary>
    public async Task ResetAsync(
        string policy,
        RateLimitSubject subject,
        CancellationToken cancellationToken
    )
    {
        var name = subject.ToString();
        await using var command = database.Requests.CreateCommand(BudgetStatements.Reset);
        command.Parameters.Add(new() { Value = policy });
        command.Parameters.Add(new() { Value = name });
        await command.ExecuteNonQueryAsync(cancellationToken);
        notices.SendLimits($"{policy} {name}");
    }

    /// <summary>Shared counters in the order of their names, after one of them.</summary>
    public async Task<IReadOnlyList<RateLimitCounter>> CountersAsync(
        (string Policy, string Subject) after,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var current = rules.Current;
        await using var command = database.Requests.CreateCommand(BudgetStatements.List);
        command.Parameters.Add(new() { Value = after.Policy });
        command.Parameters.Add(new() { Value = after.Subject });
        command.Parameters.Add(new() { Value = limit });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<RateLimitCounter>();
        while (await row.ReadAsync(cancellationToken))
        {
            long[] marks = [row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5)];
            found.Add(
                RateLimitCounter.Of(
                    current,
                    row.GetString(0),
                    row.GetString(1),
                    marks,
                    row.GetInt64(6)
                )
            );
        }
        return found;
    }

    private Task<bool> SavedAsync(NpgsqlCommand command, CancellationToken cancellationToken) =>
        database.Requests.ChangeAsync(
            async connection =>
            {
                command.Connection = connection;
                return await command.ExecuteScalarAsync(cancellationToken) is not null;
            },
            saved => saved,
            cancellationToken
        );

    private static NpgsqlCommand Command(string sql, string policy, string? tenant, Guid? keyId)
    {
        var command = new NpgsqlCommand(sql);
        command.Parameters.Add(new() { Value = policy });
        command.Parameters.Add(Nullable(tenant, NpgsqlDbType.Text));
        command.Parameters.Add(Nullable(keyId, NpgsqlDbType.Uuid));
        return command;
    }

    private static RateLimitRule Read(NpgsqlDataReader row) =>
        new(
            row.GetString(0),
            row.IsDBNull(1) ? null : row.GetInt32(1),
            row.IsDBNull(2) ? null : row.GetString(2),
            row.IsDBNull(3) ? null : row.GetGuid(3),
            new RateLimitSettings(
                row.GetInt32(4),
                TimeSpan.FromMilliseconds(row.GetInt64(5)),
                row.GetInt32(6),
                row.IsDBNull(7) ? null : row.GetInt32(7),
                row.IsDBNull(8) ? null : row.GetInt32(8),
                row.IsDBNull(9) ? null : row.GetInt32(9),
                row.GetString(10) == "shadow" ? RateLimitMode.Shadow : RateLimitMode.Enforce,
                row.GetString(11) switch
                {
                    "open" => WhenAway.Open,
                    "closed" => WhenAway.Closed,
                    _ => WhenAway.Local,
                },
                row.GetFieldValue<string[]>(12)
            ),
            row.GetFieldValue<DateTimeOffset>(13),
            row.IsDBNull(14) ? null : row.GetString(14)
        );

    private static NpgsqlParameter Nullable(object? value, NpgsqlDbType type) =>
        new() { Value = value ?? DBNull.Value, NpgsqlDbType = type };
}
