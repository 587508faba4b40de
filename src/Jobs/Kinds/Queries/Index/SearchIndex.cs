using Jobs.Caching;
using Jobs.Database;
using Npgsql;

namespace Jobs.Kinds.Queries.Index;

/// <summary>
/// Takes documents into the index. Thread-safe. Deletion needs no call: a trigger sees to it, whoever deletes.
/// </summary>
internal sealed class SearchIndex(
    JobsDataSource database,
    IndexKeeper keeper,
    CacheStore? cache = null
)
{
    private const int DocumentsPerBuild = 5000;

    /// <summary>
    /// Takes a document in, or in again, in the caller's transaction: searches find it if and only if that commits. Its
    /// passages are written already.
    /// </summary>
    public static async Task WriteAsync(
        NpgsqlConnection connection,
        int tenantId,
        Guid documentId,
        CancellationToken cancellationToken
    )
    {
        Guid[] ids = [documentId];
        await RemoveAsync(connection, tenantId, ids, cancellationToken);
        await InsertAsync(connection, tenantId, ids, cancellationToken);
    }

    /// <summary>
    /// A transaction with <see cref="WriteAsync"/> has committed: answers that were kept are old, and small segments may
    /// want to become one.
    /// </summary>
    public async ValueTask WrittenAsync(int tenantId, CancellationToken cancellationToken)
    {
        keeper.Wake(tenantId);
        if (cache is not null)
        {
            await cache.RemoveByTagAsync(tenantId, [CachedSearch.Tag], cancellationToken);
        }
    }

    /// <summary>Takes in documents that were read before there was an index; returns how many.</summary>
    public async Task<int> CatchUpAsync(CancellationToken cancellationToken)
    {
        var total = 0;
        while (await UnindexedAsync(cancellationToken) is { Count: > 0 } found)
        {
            foreach (var tenant in found.GroupBy(d => d.TenantId))
            {
                var ids = tenant.Select(d => d.Id).ToArray();
                await using var connection = await database.Requests.OpenConnectionAsync(
                    cancellationToken
                );
                await using var transaction = await connection.BeginTransactionAsync(
                    cancellationToken
                );
                await RemoveAsync(connection, tenant.Key, ids, cancellationToken);
                await InsertAsync(connection, tenant.Key, ids, cancellationToken);
                await using var done = new NpgsqlCommand(IndexSql.Indexed, connection)
                {
                    Parameters = { new() { Value = ids } },
                };
                await done.ExecuteNonQueryAsync(cancellationToken);
                await transaction.CommitAsync(cancellationToken);
                total += ids.Length;
            }
        }
        return total;
    }

    private async Task<List<(Guid Id, int TenantId)>> UnindexedAsync(CancellationToken ct)
    {
        var found = new List<(Guid, int)>();
        await using var read = database.Requests.CreateCommand(IndexSql.Unindexed);
        read.Parameters.Add(new() { Value = DocumentsPerBuild });
        await using var row = await read.ExecuteReaderAsync(ct);
        while (await row.ReadAsync(ct))
        {
            found.Add((row.GetGuid(0), row.GetInt32(1)));
        }
        return found;
    }

    private static async Task RemoveAsync(
        NpgsqlConnection connection,
        int tenantId,
        Guid[] ids,
        CancellationToken ct
    )
    {
        await using var remove = new NpgsqlCommand(IndexSql.Remove, connection)
        {
            Parameters =
            {
                new() { Value = ids },
                new() { Value = tenantId },
            },
        };
        await remove.ExecuteNonQueryAsync(ct);
    }

    private static async Task InsertAsync(
        NpgsqlConnection connection,
        int tenantId,
        Guid[] ids,
        CancellationToken ct
    )
    {
        foreach (var segment in await BuildAsync(connection, tenantId, ids, ct))
        {
            var id = await SegmentWriter.InsertAsync(connection, tenantId, segment, ct);
            await using var place = new NpgsqlCommand(IndexSql.Place, connection)
            {
                Parameters =
                {
                    new() { Value = tenantId },
                    new() { Value = id },
                    new() { Value = segment.Ids.ToArray() },
                },
            };
            await place.ExecuteNonQueryAsync(ct);
            if (segment.Passages > SegmentWriter.InlinePassages)
            {
                await SegmentWriter.AddTermsAsync(connection, tenantId, segment.Lexemes, ct);
            }
        }
    }

    // As many segments as it takes. A document with more passages than a segment holds is found by its first ones.
    private static async Task<List<SegmentBuilder>> BuildAsync(
        NpgsqlConnection connection,
        int tenantId,
        Guid[] ids,
        CancellationToken ct
    )
    {
        var segments = new List<SegmentBuilder>();
        var segment = new SegmentBuilder();
        Guid? present = null;
        await using var read = new NpgsqlCommand(IndexSql.ReadPassages, connection)
        {
            CommandTimeout = SegmentMerger.CommandSeconds,
            Parameters =
            {
                new() { Value = ids },
                new() { Value = tenantId },
            },
        };
        await using var row = await read.ExecuteReaderAsync(ct);
        while (await row.ReadAsync(ct))
        {
            var id = row.GetGuid(0);
            if (id != present)
            {
                if (segment.Passages >= SegmentBuilder.MaxPassages / 2)
                {
                    segments.Add(segment);
                    segment = new SegmentBuilder();
                }
                present = id;
                segment.BeginDocument(
                    id,
                    [
                        .. row.GetFieldValue<string[]>(1).Select(FilterTerms.Tag),
                        FilterTerms.Type(row.GetString(2)),
                    ]
                );
            }
            if (segment.Passages < SegmentBuilder.MaxPassages)
            {
                segment.AddPassage(row.GetFieldValue<byte[]>(4), row.GetString(5));
            }
        }
        if (segment.Passages > 0)
        {
            segments.Add(segment);
        }
        return segments;
    }
}
