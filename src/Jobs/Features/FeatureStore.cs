using Jobs.Auditing;
using Jobs.Database;
using Jobs.Engine;
using Npgsql;

namespace Jobs.Features;

/// <summary>Switches that are set while the service runs. Thread-safe.</summary>
public sealed class FeatureStore(JobsDataSource database, FeatureSwitches switches, Notices notices)
{
    /// <summary>Those that were set, by name.</summary>
    public async Task<IReadOnlyDictionary<string, SetFeature>> ListAsync(
        CancellationToken cancellationToken
    )
    {
        await using var command = database.Requests.CreateCommand(FeatureStatements.List);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var set = new Dictionary<string, SetFeature>(StringComparer.Ordinal);
        while (await row.ReadAsync(cancellationToken))
        {
            set[row.GetString(0)] = new SetFeature(
                row.GetBoolean(1),
                row.GetFieldValue<DateTimeOffset>(2),
                row.IsDBNull(3) ? null : row.GetString(3)
            );
        }
        return set;
    }

    /// <summary>Sets switches, all or none; null takes one back. In force here at once, on all nodes within 5 s.</summary>
    public async Task SetAsync(
        IReadOnlyDictionary<string, bool?> changes,
        string setBy,
        CancellationToken cancellationToken
    )
    {
        var set = changes.Where(c => c.Value is not null).ToArray();
        await using var connection = await database.Requests.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var batch = new NpgsqlBatch(connection, transaction))
        {
            batch.BatchCommands.Add(
                new(FeatureStatements.Set)
                {
                    Parameters =
                    {
                        new() { Value = Array.ConvertAll(set, c => c.Key) },
                        new() { Value = Array.ConvertAll(set, c => c.Value!.Value) },
                        new() { Value = setBy },
                    },
                }
            );
            batch.BatchCommands.Add(
                new(FeatureStatements.TakeBack)
                {
                    Parameters =
                    {
                        new()
                        {
                            Value = changes
                                .Where(c => c.Value is null)
                                .Select(c => c.Key)
                                .ToArray(),
                        },
                    },
                }
            );
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }
        foreach (var (name, enabled) in changes)
        {
            AuditAct.Current?.Note(
                name,
                enabled switch
                {
                    true => "on",
                    false => "off",
                    null => "as configured",
                }
            );
        }
        await AuditAct.EnterAsync(connection, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        notices.SendFeatures();
        await using var all = new NpgsqlCommand(FeatureStatements.All, connection);
        switches.Apply((string)(await all.ExecuteScalarAsync(cancellationToken))!);
    }
}

/// <summary>A switch that was set while the service runs.</summary>
public sealed record SetFeature(bool Enabled, DateTimeOffset SetAt, string? SetBy);
