using System.Globalization;
using System.Security.Cryptography;
using Jobs.Caching;
using Jobs.Kinds.Documents;
using Jobs.Kinds.Queries;
using Jobs.Tenancy;
using Jobs.Web.Http;
using Jobs.Web.Http.Caching;
using Microsoft.Net.Http.Headers;

namespace Jobs.Web.Api;

/// <summary>Documents: their metadata, text and originals.</summary>
internal static class DocumentsApi
{
    /// <summary>What kept lists carry beside <see cref="CachedSearch.Tag"/>: an upload makes them old before it is read.</summary>
    public const string Uploads = "document-uploads";

    public static void Map(IEndpointRouteBuilder api)
    {
        var documents = api.MapGroup("/documents").WithTags("Documents");
        documents
            .MapGet("", ListAsync)
            .RequireScope(Scopes.Read)
            .CacheResponse(CacheNamespaces.ApiResponse, tags: [CachedSearch.Tag, Uploads])
            .Produces<DocumentList>()
            .WithSummary("List documents, newest first");
        documents
            .MapGet("/{id:guid}", GetAsync)
            .RequireScope(Scopes.Read)
            .CacheResponse(CacheNamespaces.ApiResponse, tags: CachedSearch.Tag)
            .Produces<DocumentAnswer>()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("The metadata of a document");
        documents
            .MapGet("/{id:guid}/text", GetTextAsync)
            .RequireScope(Scopes.Read)
            .Produces<string>(StatusCodes.Status200OK, "text/plain")
            .WithSummary("The text of a document");
        documents
            .MapGet("/{id:guid}/content", GetContentAsync)
            .RequireScope(Scopes.Read)
            .Produces(StatusCodes.Status200OK, contentType: "application/octet-stream")
            .WithSummary("The original, as an attachment");
        documents
            .MapGet("/{id:guid}/thumbnail", GetThumbnailAsync)
            .RequireScope(Scopes.Read)
            .Produces(StatusCodes.Status200OK, contentType: "image/png")
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("A picture of the first page, of a PDF or an image");
        documents
            .MapDelete("/{id:guid}", DeleteAsync)
            .RequireScope(Scopes.Submit)
            .Produces(StatusCodes.Status204NoContent)
            .WithSummary("Delete a document and all that was made of it");
    }

    private static async Task<IResult> ListAsync(
        HttpContext context,
        DocumentReader reader,
        string? q,
        string? cursor,
        int? limit,
        CancellationToken cancellationToken
    )
    {
        Guid before = default;
        if (cursor is not null && !Guid.TryParse(cursor, out before))
        {
            return Problems.Invalid("cursor", "must be a nextCursor of an earlier answer");
        }
        if (limit is < 1 or > ApiLimits.ListMost)
        {
            return Problems.Invalid("limit", $"must be from 1 to {ApiLimits.ListMost}");
        }
        if (q?.Contains('\0', StringComparison.Ordinal) == true)
        {
            return Problems.Invalid("q", "must not contain the character U+0000");
        }
        var page = await reader.ListAsync(
            context.GetCaller().TenantId,
            cursor is null ? null : before,
            q,
            limit ?? ApiLimits.ListDefault,
            cancellationToken
        );
        Keep(context, page.Items);
        return Results.Ok(
            new DocumentList([.. page.Items.Select(DocumentAnswer.Of)], page.NextCursor?.ToString())
        );
    }

    private static async Task<IResult> GetAsync(
        Guid id,
        HttpContext context,
        DocumentReader reader,
        CancellationToken cancellationToken
    )
    {
        var document = await reader.GetAsync(context.GetCaller().TenantId, id, cancellationToken);
        if (document is null)
        {
            return Problems.NotFound("document");
        }
        Keep(context, [document]);
        return Results.Ok(DocumentAnswer.Of(document));
    }

    // One that was read changes only when it is deleted, and both are told to the cache. What becomes of the others is
    // not.
    private static void Keep(HttpContext context, IEnumerable<Document> documents)
    {
        if (documents.Any(d => d.State != DocumentState.Ready))
        {
            context.Response.Headers.CacheControl = "no-store";
        }
    }

    private static async Task<IResult> GetTextAsync(
        Guid id,
        HttpContext context,
        DocumentReader reader,
        CancellationToken cancellationToken
    ) =>
        await reader.OpenTextAsync(context.GetCaller().TenantId, id, cancellationToken) is { } text
            ? Results.Stream(text, "text/plain; charset=utf-8")
            : Problems.NotFound("document");

    private static async Task<IResult> GetContentAsync(
        Guid id,
        HttpContext context,
        DocumentReader reader,
        CancellationToken cancellationToken
    )
    {
        var content = await reader.OpenContentAsync(
            context.GetCaller().TenantId,
            id,
            cancellationToken
        );
        if (content is null)
        {
            return Problems.NotFound("document");
        }
        // Always an attachment of no type that a browser would show: it may be anything.
        var disposition = new ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName(content.Document.Name);
        context.Response.Headers.ContentDisposition = disposition.ToString();
        context.Response.Headers.ContentLength = content.Document.Length;
        return Results.Stream(
            content.Bytes,
            "application/octet-stream",
            entityTag: new EntityTagHeaderValue(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"\"{Convert.ToHexStringLower(content.Document.Sha256)}\""
                )
            )
        );
    }

    private static async Task<IResult> GetThumbnailAsync(
        Guid id,
        HttpContext context,
        DocumentReader reader,
        CancellationToken cancellationToken
    ) =>
        await reader.GetThumbnailAsync(context.GetCaller().TenantId, id, cancellationToken)
            is { } png
            ? Results.Bytes(
                png,
                "image/png",
                entityTag: new EntityTagHeaderValue(
                    $"\"{Convert.ToHexStringLower(SHA256.HashData(png))}\""
                )
            )
            : Problems.NotFound("thumbnail");

    private static async Task<IResult> DeleteAsync(
        Guid id,
        HttpContext context,
        DocumentReader reader,
        CancellationToken cancellationToken
    ) =>
        await reader.DeleteAsync(context.GetCaller().TenantId, id, cancellationToken)
            ? Results.NoContent()
            : Problems.NotFound("document");
}

/// <summary>A document as its owner sees it.</summary>
internal sealed record DocumentAnswer(
    Guid Id,
    Guid BatchId,
    string State,
    string Name,
    string MediaType,
    long Length,
    string Sha256,
    IReadOnlyList<string> Tags,
    string? Title,
    string? Author,
    string? Language,
    int? Pages,
    int? Words,
    IReadOnlyList<string> Warnings,
    ErrorAnswer? Error,
    DateTimeOffset? AuthoredAt,
    DateTimeOffset? ModifiedAt,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ProcessedAt
)
{
    public static DocumentAnswer Of(Document document) =>
        new(
            document.Id,
            document.BatchId,
            document.State.ToString().ToLowerInvariant(),
            document.Name,
            document.MediaType,
            document.Length,
            Convert.ToHexStringLower(document.Sha256),
            document.Tags,
            document.Title,
            document.Author,
            document.Language,
            document.Pages,
            document.Words,
            document.Warnings,
            document.ErrorCode is { } code
                ? new ErrorAnswer(code, document.ErrorMessage ?? "", false)
                : null,
            document.AuthoredAt,
            document.ModifiedAt,
            document.CreatedAt,
            document.ProcessedAt
        );
}

internal sealed record DocumentList(IReadOnlyList<DocumentAnswer> Items, string? NextCursor);
