using System.Text;
using Jobs.Kinds.Documents;
using Jobs.Web.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Jobs.Web.Ui.Documents;

/// <summary>The documents, and one of them.</summary>
internal static class DocumentPages
{
    private const int DocumentsOnPage = 30;

    // What a reader sees of the text before opening all of it.
    private const int ExcerptBytes = 12 * 1024;

    public static void Map(IEndpointRouteBuilder reading, IEndpointRouteBuilder steering)
    {
        reading.MapGet("/documents", ListAsync);
        reading.MapGet("/documents/{id:guid}", OpenAsync);
        steering.MapPost("/documents/{id:guid}/delete", DeleteAsync);
    }

    private static async Task<RazorComponentResult> ListAsync(
        HttpContext context,
        string? q,
        Guid? cursor,
        DocumentReader documents,
        CancellationToken cancellationToken
    )
    {
        // PostgreSQL has no such character.
        var words = q?.Replace("\0", "", StringComparison.Ordinal);
        var page = await documents.ListAsync(
            context.GetCaller().TenantId,
            cursor,
            words,
            DocumentsOnPage,
            cancellationToken
        );
        return Page.Of<DocumentsPage>(
            new
            {
                Documents = page.Items,
                Next = page.NextCursor,
                Cursor = cursor,
                Q = words,
            }
        );
    }

    private static async Task<IResult> OpenAsync(
        HttpContext context,
        Guid id,
        DocumentReader documents,
        CancellationToken cancellationToken
    )
    {
        var tenantId = context.GetCaller().TenantId;
        var document = await documents.GetAsync(tenantId, id, cancellationToken);
        if (document is null)
        {
            return Http.Problems.NotFound("document");
        }
        var text = await documents.OpenTextAsync(tenantId, id, cancellationToken);
        var excerpt = text is null ? "" : await BeginningOfAsync(text, cancellationToken);
        var thumbnail = await documents.GetThumbnailAsync(tenantId, id, cancellationToken);
        return Page.Of<DocumentDetailsPage>(
            new
            {
                Document = document,
                Excerpt = excerpt,
                HasThumbnail = thumbnail is not null,
            }
        );
    }

    private static async Task<RedirectHttpResult> DeleteAsync(
        HttpContext context,
        Guid id,
        DocumentReader documents,
        CancellationToken cancellationToken
    )
    {
        await documents.DeleteAsync(context.GetCaller().TenantId, id, cancellationToken);
        return TypedResults.LocalRedirect("/documents");
    }

    private static async Task<string> BeginningOfAsync(
        Stream text,
        CancellationToken cancellationToken
    )
    {
        await using (text)
        {
            var bytes = new byte[ExcerptBytes];
            var read = await text.ReadAtLeastAsync(
                bytes,
                bytes.Length,
                throwOnEndOfStream: false,
                cancellationToken
            );
            // What the end cuts in two is left out.
            var characters = new char[read];
            Encoding
                .UTF8.GetDecoder()
                .Convert(
                    bytes.AsSpan(0, read),
                    characters,
                    flush: false,
                    out _,
                    out var used,
                    out _
                );
            return new string(characters, 0, used) + (read == ExcerptBytes ? " …" : "");
        }
    }
}
