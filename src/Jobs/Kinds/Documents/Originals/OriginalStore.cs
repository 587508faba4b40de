using Jobs.Database;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Jobs.Kinds.Documents;

/// <summary>
/// The originals of documents, in the place that is configured; those that are in another are read from there.
/// Thread-safe. What an upload that died leaves behind has no document and is swept by cleanup after
/// <see cref="SweptAfter"/>; the bytes of what was deleted are purged at once, or by cleanup where that fails.
/// </summary>
public sealed class OriginalStore
{
    /// <summary>How long an original may be without a document.</summary>
    public static readonly TimeSpan SweptAfter = TimeSpan.FromHours(24);

    private const int PurgedPerStep = 100;
    private readonly Dictionary<OriginalPlace, IOriginalPlace> places;
    private readonly IOriginalPlace written;
    private readonly JobsDataSource database;
    private readonly TimeProvider time;
    private readonly ILogger<OriginalStore> log;

    internal OriginalStore(
        IEnumerable<IOriginalPlace> places,
        IOptions<DocumentOptions> options,
        JobsDataSource database,
        TimeProvider time,
        ILogger<OriginalStore> log
    )
    {
        this.places = places.ToDictionary(p => p.Place);
        written = this.places[options.Value.Originals];
        this.database = database;
        this.time = time;
        this.log = log;
    }

    /// <summary>Stores a stream to its end.</summary>
    /// <exception cref="OriginalTooLargeException">It is longer than <paramref name="maxBytes"/>.</exception>
    /// <exception cref="OriginalsAwayException">The object store does not answer.</exception>
    public async Task<StoredOriginal> WriteAsync(
        int tenantId,
        Stream source,
        long maxBytes,
        CancellationToken cancellationToken
    )
    {
        var id = Guid.CreateVersion7(time.GetUtcNow());
        try
        {
            return await written.WriteAsync(id, tenantId, source, maxBytes, cancellationToken);
        }
        catch
        {
            await TryDeleteAsync(tenantId, id);
            throw;
        }
    }

    /// <summary>The bytes of an original; null when the tenant has none of this id.</summary>
    /// <exception cref="OriginalsAwayException">The object store does not answer.</exception>
    public async Task<Stream?> OpenReadAsync(
        int tenantId,
        Guid id,
        CancellationToken cancellationToken
    )
    {
        await using var find = database.Requests.CreateCommand(OriginalSql.Find);
        find.Parameters.Add(new() { Value = id });
        find.Parameters.Add(new() { Value = tenantId });
        long length;
        OriginalPlace place;
        await using (var row = await find.ExecuteReaderAsync(cancellationToken))
        {
            if (!await row.ReadAsync(cancellationToken))
            {
                return null;
            }
            length = row.GetInt64(0);
            place = row.GetString(1) == "database" ? OriginalPlace.Database : OriginalPlace.S3;
        }
        return places.TryGetValue(place, out var kept)
            ? await kept.OpenReadAsync(id, length, cancellationToken)
            : throw new OriginalsAwayException(
                "The original is in an object store, and none is configured."
            );
    }

    /// <summary>Deletes an original that no document owns; false when there is none.</summary>
    public async Task<bool> DeleteAsync(int tenantId, Guid id, CancellationToken cancellationToken)
    {
        await using var delete = database.Requests.CreateCommand(OriginalSql.Delete);
        delete.Parameters.Add(new() { Value = id });
        delete.Parameters.Add(new() { Value = tenantId });
        var isDeleted = await delete.ExecuteNonQueryAsync(cancellationToken) > 0;
        if (isDeleted)
        {
            await TryPurgeAsync(id, cancellationToken);
        }
        return isDeleted;
    }

    /// <summary>Deletes the bytes of a blob whose row is gone; where that fails, cleanup does it.</summary>
    internal async Task TryPurgeAsync(Guid id, CancellationToken cancellationToken)
    {
        if (!places.TryGetValue(OriginalPlace.S3, out var objects))
        {
            return;
        }
        try
        {
            await PurgeAsync(objects, id, cancellationToken);
        }
        catch (Exception e) when (e is OriginalsAwayException or NpgsqlException)
        {
            DocumentLog.OriginalLeft(log, e, id);
        }
    }

    /// <summary>Deletes the bytes of all blobs whose rows are gone.</summary>
    /// <returns>How many there were.</returns>
    /// <exception cref="OriginalsAwayException">The object store does not answer.</exception>
    internal async Task<long> PurgeDeletedAsync(CancellationToken cancellationToken)
    {
        if (!places.TryGetValue(OriginalPlace.S3, out var objects))
        {
            return 0;
        }
        var purged = 0L;
        var last = Guid.Empty;
        while (await DeletedAsync(last, cancellationToken) is { Count: > 0 } ids)
        {
            foreach (var id in ids)
            {
                await PurgeAsync(objects, id, cancellationToken);
                purged++;
            }
            last = ids[^1];
        }
        return purged;
    }

    // The object first: what is forgotten is never looked for again.
    private async Task PurgeAsync(IOriginalPlace objects, Guid id, CancellationToken ct)
    {
        await objects.PurgeAsync(id, ct);
        await using var forget = database.Requests.CreateCommand(OriginalSql.ForgetDeleted);
        forget.Parameters.Add(new() { Value = id });
        await forget.ExecuteNonQueryAsync(ct);
    }

    private async Task<List<Guid>> DeletedAsync(Guid after, CancellationToken ct)
    {
        await using var list = database.Requests.CreateCommand(OriginalSql.Deleted);
        list.Parameters.Add(new() { Value = after });
        list.Parameters.Add(new() { Value = PurgedPerStep });
        await using var rows = await list.ExecuteReaderAsync(ct);
        var ids = new List<Guid>();
        while (await rows.ReadAsync(ct))
        {
            ids.Add(rows.GetGuid(0));
        }
        return ids;
    }

    private async Task TryDeleteAsync(int tenantId, Guid id)
    {
        try
        {
            // The caller has gone, or its stream is broken: its token says nothing about this.
            await DeleteAsync(tenantId, id, CancellationToken.None);
        }
        catch (NpgsqlException e)
        {
            DocumentLog.OriginalLeft(log, e, id);
        }
    }
}
