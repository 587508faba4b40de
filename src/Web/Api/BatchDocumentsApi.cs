using System.Text;
using Jobs.Batches;
using Jobs.Caching;
using Jobs.Features;
using Jobs.Kinds;
using Jobs.Kinds.Documents;
using Jobs.Notifications.Webhooks;
using Jobs.RateLimiting;
using Jobs.Tenancy;
using Jobs.Web.Api.Submission;
using Jobs.Web.Http;
using Jobs.Web.Http.Features;
using Jobs.Web.Http.Idempotency;
using Jobs.Web.Http.RateLimits;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Jobs.Web.Api;

/// <summary>Upload of documents, streamed part by part into the database.</summary>
internal static class BatchDocumentsApi
{
    private const int FieldBytes = 4 * 1024;
    private const int MostFields = 64;

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/batch/documents", UploadAsync)
            .RequireScope(Scopes.Submit)
            .RequireFeature(FeatureNames.Batch)
            .LimitBy(RateLimitPolicies.Upload)
            .WithMetadata(new RequestSizeLimitAttribute(ApiLimits.UploadBytes))
            .Accepts<IFormFileCollection>("multipart/form-data")
            .Produces<UploadAnswer>(StatusCodes.Status202Accepted)
            .ProducesValidationProblem(StatusCodes.Status422UnprocessableEntity)
            .WithSummary("Upload documents as a batch")
            .WithDescription(
                "Field `files`, up to 50 of up to 50 MB; fields `priority`, `callbackUrl` and `tags` (comma separated, or repeated)."
            )
            .WithTags("Batches");

    private static async Task<IResult> UploadAsync(
        HttpContext context,
        BatchSubmitter submitter,
        DocumentIntake intake,
        KindRegistry kinds,
        CallbackUrls callbacks,
        CacheStore cache,
        CancellationToken cancellationToken
    )
    {
        if (
            !MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type)
            || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
        )
        {
            return Results.StatusCode(StatusCodes.Status415UnsupportedMediaType);
        }
        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary).Value;
        if (string.IsNullOrEmpty(boundary) || boundary.Length > 200)
        {
            return Problems.Invalid(
                "Content-Type",
                "has no boundary, or too long a one",
                malformed: true
            );
        }
        var caller = context.GetCaller();
        var draft = new DraftBuilder(kinds, caller, callbacks);
        draft.Use("document");
        // Tags may come after the files as well: they count when the documents are inserted.
        var tags = new List<string>();
        var verdicts = new List<FileVerdict>();
        await using var upload = intake.Begin(caller.TenantId, tags);
        await ReadAsync(
            new MultipartReader(boundary, context.Request.Body),
            draft,
            tags,
            upload,
            verdicts,
            cancellationToken
        );
        if (verdicts.Count == 0)
        {
            draft.Refuse("files", "must have at least one file");
        }
        await using var batch = submitter.Begin(draft.Build(), "files");
        foreach (var verdict in verdicts)
        {
            await AddAsync(batch, verdict, cancellationToken);
        }
        var accepted = await context.AcceptAsync(
            batch,
            status => new UploadAnswer(status, verdicts.ConvertAll(Answer)),
            (connection, transaction, ct) =>
                upload.InsertAsync(connection, transaction, batch.Id, ct),
            cancellationToken
        );
        // Committed, and not answered yet: the caller's next list has them.
        await cache.RemoveByTagAsync(caller.TenantId, [DocumentsApi.Uploads], cancellationToken);
        return accepted;
    }

    private static async Task ReadAsync(
        MultipartReader reader,
        DraftBuilder draft,
        List<string> tags,
        DocumentUpload upload,
        List<FileVerdict> verdicts,
        CancellationToken cancellationToken
    )
    {
        var fields = 0;
        try
        {
            while (await reader.ReadNextSectionAsync(cancellationToken) is { } section)
            {
                if (section.GetContentDispositionHeader() is not { } disposition)
                {
                    continue;
                }
                if (disposition.IsFileDisposition())
                {
                    if (verdicts.Count == ApiLimits.Files)
                    {
                        throw new BatchRefusedException(
                            "files",
                            $"must have at most {ApiLimits.Files} files"
                        );
                    }
                    var name = disposition.FileNameStar.Value ?? disposition.FileName.Value ?? "";
                    verdicts.Add(await upload.ReceiveAsync(name, section.Body, cancellationToken));
                }
                else
                {
                    if (++fields > MostFields)
                    {
                        throw new BatchRefusedException(
                            "tags",
                            $"must be in at most {MostFields} form fields"
                        );
                    }
                    await ReadFieldAsync(
                        section,
                        disposition.Name.Value ?? "",
                        draft,
                        tags,
                        cancellationToken
                    );
                }
            }
        }
        catch (Exception e)
            when (e is InvalidDataException or (IOException and not BadHttpRequestException))
        {
            throw new BatchRefusedException(
                "files",
                "the form ends too early or is malformed",
                malformed: true
            );
        }
    }

    private static async Task ReadFieldAsync(
        MultipartSection section,
        string name,
        DraftBuilder draft,
        List<string> tags,
        CancellationToken cancellationToken
    )
    {
        var bytes = new byte[FieldBytes + 1];
        var length = await section.Body.ReadAtLeastAsync(
            bytes,
            bytes.Length,
            throwOnEndOfStream: false,
            cancellationToken
        );
        var text = Encoding.UTF8.GetString(bytes, 0, length);
        if (length > FieldBytes)
        {
            draft.Refuse(name, $"must have at most {FieldBytes} bytes");
        }
        else if (name == "tags")
        {
            AddTags(text, draft, tags);
        }
        else if (name is "priority" or "callbackUrl")
        {
            draft.TrySet(name, FieldValue.OfQuery(text));
        }
        else if (name != "__RequestVerificationToken")
        {
            draft.Refuse(
                name,
                "is not a field of an upload; there are files, priority, tags and callbackUrl"
            );
        }
    }

    private static void AddTags(string text, DraftBuilder draft, List<string> tags)
    {
        foreach (
            var tag in text.Split(
                ',',
                StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries
            )
        )
        {
            if (tag.Length > 64 || tag.Any(char.IsControl) || tags.Count == 32)
            {
                draft.Refuse(
                    "tags",
                    "must be at most 32, each of at most 64 characters without control characters"
                );
                return;
            }
            if (!tags.Contains(tag, StringComparer.Ordinal))
            {
                tags.Add(tag);
            }
        }
    }

    // A file without work to do is an item that has its outcome already: indexes stay those of the request.
    private static ValueTask AddAsync(
        BatchSubmission batch,
        FileVerdict verdict,
        CancellationToken cancellationToken
    ) =>
        verdict.Kind switch
        {
            FileVerdictKind.Accepted => batch.AddAsync(verdict.Payload, cancellationToken),
            // Of one that waits to be read nothing is known yet, nor whether it can be: its item finds out.
            FileVerdictKind.Duplicate when verdict.Result.IsEmpty => batch.AddAsync(
                verdict.Payload,
                cancellationToken
            ),
            FileVerdictKind.Duplicate => batch.AddSettledAsync(
                verdict.Payload,
                ItemOutcome.SuccessJson(verdict.Result),
                cancellationToken
            ),
            FileVerdictKind.Rejected => batch.AddSettledAsync(
                verdict.Payload,
                ItemOutcome.Failure(verdict.Error!),
                cancellationToken
            ),
            _ => throw new InvalidOperationException($"The verdict {verdict.Kind} is not known."),
        };

    private static FileAnswer Answer(FileVerdict verdict) =>
        new(
            verdict.Name,
            verdict.Kind.ToString().ToLowerInvariant(),
            verdict.DocumentId,
            verdict.Error is { } error ? ErrorAnswer.Of(error) : null
        );
}
