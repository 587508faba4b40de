using System.Runtime.CompilerServices;
using Jobs.Batches;
using Npgsql;

namespace Jobs.Dashboard;

/// <summary>Reads what a tenant's dashboard shows. What it costs is bounded, however much there is. Thread-safe.</summary>
public sealed class DashboardReader(DashboardSource source)
{
    private const int ExportPage = 2_000;

    /// <summary>What happened last, the newest first.</summary>
    /// <param name="type">Null for both.</param>
    public async Task<IReadOnlyList<DashboardActivity>> ActivityAsync(
        int tenantId,
        ActivityType? type,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var found = new List<DashboardActivity>();
        foreach (var each in Enum.GetValues<ActivityType>().Where(t => type is null || t == type))
        {
            var sql =
                each == ActivityType.Ended
                    ? DashboardStatements.Ended
                    : DashboardStatements.Submitted;
            found.AddRange(
                await source.ReadAsync(
                    () => Command(sql, tenantId, limit),
                    (row, ct) => ReadActivityAsync(each, row, ct),
                    cancellationToken
                )
            );
        }
        return [.. found.OrderByDescending(a => a.At).Take(limit)];
    }

    /// <summary>
    /// Batches that ended, the newest first, as they are read: a page a statement, so that no snapshot is held for as long
    /// as somebody takes to receive them. One that is retried or deleted meanwhile may be missing.
    /// </summary>
    public async IAsyncEnumerable<EndedBatch> ExportAsync(
        int tenantId,
        DateTimeOffset from,
        DateTimeOffset to,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var (at, id) = (to.ToUniversalTime(), Guid.Empty);
        List<EndedBatch> page;
        do
        {
            page = await source.ReadAsync(
                () =>
                    Command(
                        DashboardStatements.Export,
                        tenantId,
                        from.ToUniversalTime(),
                        at,
                        id,
                        ExportPage
                    ),
                ReadEndedAsync,
                cancellationToken
            );
            foreach (var batch in page)
            {
                yield return batch;
            }
            if (page is [.., var last])
            {
                (at, id) = (last.FinishedAt, last.Id);
            }
        } while (page.Count == ExportPage);
    }

    private static async Task<List<EndedBatch>> ReadEndedAsync(
        NpgsqlDataReader row,
        CancellationToken cancellationToken
    )
    {
        var page = new List<EndedBatch>();
        while (await row.ReadAsync(cancellationToken))
        {
            page.Add(
                new(
                    row.GetGuid(0),
                    row.GetString(1),
                    (Priority)row.GetInt16(2),
                    row.GetString(3),
                    row.GetInt32(4),
                    row.GetInt32(5),
                    row.GetInt32(6),
                    row.GetInt32(7),
                    row.GetFieldValue<DateTimeOffset>(8),
                    row.IsDBNull(9) ? null : row.GetFieldValue<DateTimeOffset>(9),
                    row.GetFieldValue<DateTimeOffset>(10)
                )
            );
        }
        return page;
    }

    private static async Task<List<DashboardActivity>> ReadActivityAsync(
        ActivityType type,
        NpgsqlDataReader row,
        CancellationToken cancellationToken
    )
    {
        var found = new List<DashboardActivity>();
        while (await row.ReadAsync(cancellationToken))
        {
            found.Add(
                new(
                    type,
                    row.GetFieldValue<DateTimeOffset>(5),
                    row.GetGuid(0),
                    row.GetString(1),
                    row.GetString(2),
                    row.GetInt32(3),
                    row.GetInt32(4)
                )
            );
        }
        return found;
    }

    internal static NpgsqlBatchCommand Command(string sql, params ReadOnlySpan<object> values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }
        return command;
    }
}
