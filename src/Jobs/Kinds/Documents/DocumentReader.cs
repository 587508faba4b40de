using Jobs.Auditing;
using Jobs.Caching;
using Jobs.Database;
using Jobs.Kinds.Queries;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Jobs.Kinds.Documents;

/// <summary>What callers see of their documents. Thread-safe; whatever is another tenant's does not exist.</summary>
public sealed class DocumentReader(
    IDbContextFactory<JobsContext> contexts,
    JobsDataSource database,
    OriginalStore originals,
    CacheStore? cache = null
)
{
    /// <summary>A tenant's documents, newest first.</summary>
    /// <param name="tenantId">The tenant.</param>
    /// <param name="cursor">The last id of the page before; null for the first page.</param>
    /// <param name="q">Words, each of which must begin a word of the name or the title; null for all.</param>
    /// <param name="limit">Most documents of a page, from 1.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    public async Task<DocumentPage> ListAsync(
        int tenantId,
        Guid? cursor,
        string? q,
        int limit,
        CancellationToken cancellationToken
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var words = string.IsNullOrWhiteSpace(q) ? null : NameQuery.Of(q);
        if (words is "")
        {
            return new DocumentPage([], null);
        }
        var documents = words is null
            ? context.Set<Document>()
            : context
                .Set<Document>()
                .FromSql(
                    $"""
                    select *
                    from jobs.documents
                    where names @@ {words}::tsquery
                    """
                );
        var found = await documents
            .AsNoTracking()
            .Where(d => d.TenantId == tenantId && (cursor == null || d.Id < cursor))
            .OrderByDescending(d => d.Id)
            .Take(limit + 1)
            .ToListAsync(cancellationToken);
        // One more than asked for tells whether there is another page.
        var more = found.Count > limit;
        var page = more ? found[..limit] : found;
        return new DocumentPage(page, more ? page[^1].Id : null);
    }

    /// <summary>A document; null when the tenant has none of this id.</summary>
    public async Task<Document?> GetAsync(
        int tenantId,
        Guid id,
        CancellationToken cancellationToken
    )
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        return await context
            .Set<Document>()
            .AsNoTracking()
            .FirstOrDefaultAsync(d => d.Id == id && d.TenantId == tenantId, cancellationToken);
    }

    /// <summary>
    /// The text in UTF-8, empty while the document is not ready; null when the tenant has none of this id.
    /// It holds no connection between two reads.
    /// </summary>
    public async Task<Stream?> OpenTextAsync(
        int tenantId,
        Guid id,
        CancellationToken cancellationToken
    ) =>
        await GetAsync(tenantId, id, cancellationToken) is null
            ? null
            : new PartStream(part => SelectText(tenantId, id, part));

    /// <summary>The original and its document; null when the tenant has none of this id.</summary>
    public async Task<DocumentContent?> OpenContentAsync(
        int tenantId,
        Guid id,
        CancellationToken cancellationToken
    )
    {
        var document = await GetAsync(tenantId, id, cancellationToken);
        if (document is null)
        {
            return null;
        }
        var bytes = await originals.OpenReadAsync(tenantId, document.BlobId, cancellationToken);
        return bytes is null ? null : new DocumentContent(document, bytes);
    }

    /// <summary>Deletes a document with its original, text, passages and thumbnail; false when the tenant has none of this id.</summary>
    public async Task<bool> DeleteAsync(int tenantId, Guid id, CancellationToken cancellationToken)
    {
        var deleted = await database.Requests.ChangeAsync(
            async connection =>
            {
                await using var delete = new NpgsqlCommand(DocumentSql.Delete, connection);
                delete.Parameters.Add(new() { Value = id });
                delete.Parameters.Add(new() { Value = tenantId });
                return await delete.ExecuteScalarAsync(cancellationToken);
            },
            blob => blob is not null,
            cancellationToken
        );
        if (deleted is not Guid blob)
        {
            return false;
        }
        await originals.TryPurgeAsync(blob, cancellationToken);
        if (cache is not null)
        {
            await cache.RemoveByTagAsync(tenantId, [CachedSearch.Tag], cancellationToken);
        }
        return true;
    }

    /// <summary>A PNG of the first page; null when the tenant has no such document, or it has none.</summary>
    public async Task<byte[]?> GetThumbnailAsync(
        int tenantId,
        Guid id,
        CancellationToken cancellationToken
    )
    {
        await using var read = database.Requests.CreateCommand(DocumentSql.ReadThumbnail);
        read.Parameters.Add(new() { Value = id });
        read.Parameters.Add(new() { Value = tenantId });
        return (byte[]?)await read.ExecuteScalarAsync(cancellationToken);
    }

    private NpgsqlCommand SelectText(int tenantId, Guid id, int part)
    {
        var select = database.Requests.CreateCommand(DocumentSql.ReadText);
        select.Parameters.Add(new() { Value = id });
        select.Parameters.Add(new() { Value = tenantId });
        select.Parameters.Add(new() { Value = part });
        return select;
    }
}
