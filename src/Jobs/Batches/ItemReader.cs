using System.Runtime.CompilerServices;
using Jobs.Database;
using Npgsql;
using NpgsqlTypes;

namespace Jobs.Batches;

/// <summary>
/// Reads the items of a batch and what became of them, in their order and a few pages at a time: neither memory nor a
/// connection is held for the length of a batch, however slowly its reader reads. Thread-safe.
/// </summary>
public sealed class ItemReader(JobsDataSource database)
{
    private const int PagesAtOnce = 4;

    /// <summary>Items from an index on; with <paramref name="state"/> only those.</summary>
    public async IAsyncEnumerable<ItemStatus> ReadAsync(
        int tenantId,
        Guid batchId,
        int from,
        ItemState? state,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var page = 0;
        while (true)
        {
            var pages = await ReadPagesAsync(
                tenantId,
                batchId,
                page,
                from,
                state,
                cancellationToken
            );
            if (pages.Count == 0)
            {
                yield break;
            }
            await ReadStatesAsync(batchId, pages, cancellationToken);
            foreach (var item in pages.SelectMany(p => p.Items()))
            {
                if (item.Index >= from && (state is null || item.State == state))
                {
                    yield return item;
                }
            }
            page = pages[^1].Number + 1;
        }
    }

    /// <summary>The failures, grouped by code, most frequent first; each with one of them.</summary>
    public async Task<IReadOnlyList<ErrorGroup>> ReadErrorsAsync(
        int tenantId,
        Guid batchId,
        CancellationToken cancellationToken
    )
    {
        var groups = await EnginePlanner.ReadAsync(
            database.Requests,
            new(ReadStatements.Errors)
            {
                Parameters =
                {
                    new() { Value = tenantId },
                    new() { Value = batchId },
                },
            },
            ReadGroupsAsync,
            cancellationToken
        );
        var samples = await ReadSamplesAsync(
            tenantId,
            batchId,
            groups.Select(g => g.Page).Distinct(),
            cancellationToken
        );
        // The last of a code may have been retried since they were counted.
        return groups
            .Where(g => samples.ContainsKey(g.Code))
            .Select(g => new ErrorGroup(g.Code, g.Count, samples[g.Code]))
            .ToList();
    }

    private static async Task<List<(string Code, int Count, int Page)>> ReadGroupsAsync(
        NpgsqlDataReader row,
        CancellationToken cancellationToken
    )
    {
        var groups = new List<(string Code, int Count, int Page)>();
        while (await row.ReadAsync(cancellationToken))
        {
            groups.Add((row.GetString(0), row.GetInt32(1), row.GetInt32(2)));
        }
        return groups;
    }

    /// <summary>
    /// Failures that were settled after a version of the batch and until another, at most about <paramref name="limit"/>.
    /// </summary>
    public Task<IReadOnlyList<ItemStatus>> ReadFailuresSinceAsync(
        int tenantId,
        Guid batchId,
        long since,
        long until,
        int limit,
        CancellationToken cancellationToken
    ) =>
        EnginePlanner.ReadAsync(
            database.Requests,
            new(ReadStatements.FailuresSince)
            {
                Parameters =
                {
                    new() { Value = tenantId },
                    new() { Value = batchId },
                    new() { Value = since },
                    new() { Value = until },
                    new() { Value = limit },
                },
            },
            (row, ct) => ReadFailuresAsync(row, limit, ct),
            cancellationToken
        );

    private static async Task<IReadOnlyList<ItemStatus>> ReadFailuresAsync(
        NpgsqlDataReader row,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var failures = new List<ItemStatus>();
        while (failures.Count < limit && await row.ReadAsync(cancellationToken))
        {
            var ids = row.IsDBNull(4) ? null : row.GetString(4).Split('\n');
            var attempt = row.GetInt16(1);
            var first = row.GetInt32(3);
            var superseded = ItemSet.FromColumn(
                row.IsDBNull(6) ? [] : row.GetFieldValue<byte[]>(6),
                row.GetInt16(5)
            );
            failures.AddRange(
                OutcomeLine
                    .ParseAll(row.GetFieldValue<byte[]>(2))
                    .Where(o => o.State == ItemState.Failed && !superseded.Contains(o.Position))
                    .Select(o => PageItems.ToStatus(o, first, ids, attempt))
                    .Take(limit - failures.Count)
            );
        }
        return failures;
    }

    private async Task<Dictionary<string, ItemStatus>> ReadSamplesAsync(
        int tenantId,
        Guid batchId,
        IEnumerable<int> numbers,
        CancellationToken cancellationToken
    )
    {
        var samples = new Dictionary<string, ItemStatus>(StringComparer.Ordinal);
        foreach (var number in numbers)
        {
            var pages = await ReadPagesAsync(
                tenantId,
                batchId,
                number,
                0,
                null,
                cancellationToken,
                limit: 1
            );
            await ReadStatesAsync(batchId, pages, cancellationToken);
            foreach (
                var item in pages.SelectMany(p => p.Items()).Where(i => i.State == ItemState.Failed)
            )
            {
                samples.TryAdd(ErrorGroup.CodeOf(item.Error), item);
            }
        }
        return samples;
    }

    private Task<List<PageItems>> ReadPagesAsync(
        int tenantId,
        Guid batchId,
        int page,
        int from,
        ItemState? state,
        CancellationToken cancellationToken,
        int limit = PagesAtOnce
    ) =>
        EnginePlanner.ReadAsync(
            database.Requests,
            new(ReadStatements.Pages)
            {
                Parameters =
                {
                    new() { Value = tenantId },
                    new() { Value = batchId },
                    new() { Value = page },
                    new()
                    {
                        Value = (object?)state?.ToString().ToLowerInvariant() ?? DBNull.Value,
                        NpgsqlDbType = NpgsqlDbType.Text,
                    },
                    new() { Value = limit },
                    new() { Value = from },
                },
            },
            ReadPagesAsync,
            cancellationToken
        );

    private static async Task<List<PageItems>> ReadPagesAsync(
        NpgsqlDataReader row,
        CancellationToken cancellationToken
    )
    {
        var pages = new List<PageItems>();
        while (await row.ReadAsync(cancellationToken))
        {
            pages.Add(
                new PageItems(
                    row.GetInt32(0),
                    row.GetInt32(1),
                    row.GetInt16(2),
                    row.IsDBNull(3) ? null : row.GetString(3).Split('\n')
                )
            );
        }
        return pages;
    }

    // Chunks and outcomes in one round trip and one snapshot: an item is in one or the other.
    private async Task ReadStatesAsync(
        Guid batchId,
        List<PageItems> pages,
        CancellationToken cancellationToken
    )
    {
        var numbers = pages.ConvertAll(p => p.Number);
        var byNumber = pages.ToDictionary(p => p.Number);
        await using var connection = await database.Requests.OpenConnectionAsync(cancellationToken);
        await using var snapshot = await connection.BeginTransactionAsync(
            System.Data.IsolationLevel.RepeatableRead,
            cancellationToken
        );
        await using var batch = new NpgsqlBatch(connection, snapshot)
        {
            BatchCommands =
            {
                EnginePlanner.Settings(),
                new(ReadStatements.Chunks)
                {
                    Parameters =
                    {
                        new() { Value = batchId },
                        new() { Value = numbers },
                    },
                },
                new(ReadStatements.Outcomes)
                {
                    Parameters =
                    {
                        new() { Value = batchId },
                        new() { Value = numbers },
                    },
                },
            },
        };
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        await row.NextResultAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            byNumber[row.GetInt32(0)]
                .AddChunk(
                    row.GetBoolean(1),
                    row.GetInt16(2),
                    row.IsDBNull(3) ? null : row.GetFieldValue<byte[]>(3)
                );
        }
        await row.NextResultAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            byNumber[row.GetInt32(0)]
                .AddOutcomes(
                    row.GetInt16(1),
                    row.IsDBNull(2) ? null : row.GetFieldValue<byte[]>(2),
                    row.IsDBNull(3) ? null : row.GetFieldValue<byte[]>(3),
                    row.IsDBNull(4) ? [] : row.GetFieldValue<byte[]>(4)
                );
        }
    }
}
