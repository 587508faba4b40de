using Jobs.Parser.Formats;
using Npgsql;

namespace Jobs.Kinds.Documents;

/// <summary>
/// The files of one request, taken in one after the other while they arrive. Not thread-safe. What it stored is
/// deleted when it is disposed without its documents having been inserted.
/// </summary>
public sealed class DocumentUpload : IAsyncDisposable
{
    private readonly int tenantId;
    private readonly IReadOnlyList<string> tags;
    private readonly OriginalStore originals;
    private readonly DocumentIntake intake;
    private readonly TimeProvider time;
    private readonly List<NewDocument> accepted = [];
    private bool inserted;

    internal DocumentUpload(
        int tenantId,
        IReadOnlyList<string> tags,
        OriginalStore originals,
        DocumentIntake intake,
        TimeProvider time
    )
    {
        this.tenantId = tenantId;
        this.tags = tags;
        this.originals = originals;
        this.intake = intake;
        this.time = time;
    }

    /// <summary>The files that were accepted so far.</summary>
    public IReadOnlyList<NewDocument> Accepted => accepted;

    /// <summary>
    /// Takes one file in. What its sender declares as its content type is not asked: name and content decide.
    /// </summary>
    /// <param name="fileName">As it was sent.</param>
    /// <param name="content">Read to its end, unless the file is rejected before.</param>
    /// <param name="cancellationToken">The request's.</param>
    public async Task<FileVerdict> ReceiveAsync(
        string fileName,
        Stream content,
        CancellationToken cancellationToken
    )
    {
        var name = FileName.Clean(fileName);
        var head = new byte[DocumentLimits.HeadLength];
        var read = await content.ReadAtLeastAsync(
            head,
            head.Length,
            throwOnEndOfStream: false,
            cancellationToken
        );
        var detected = FormatDetector.OfHead(name, head.AsSpan(0, read));
        if (detected.Format is not { } format)
        {
            var refusal = detected.Refusal!;
            return Verdict(
                FileVerdictKind.Rejected,
                name,
                null,
                new ItemError(refusal.Code, refusal.Message, false)
            );
        }
        StoredOriginal original;
        try
        {
            await using var whole = new PrefixedStream(head.AsMemory(0, read), content);
            original = await originals.WriteAsync(
                tenantId,
                whole,
                DocumentLimits.MaxLength,
                cancellationToken
            );
        }
        catch (OriginalTooLargeException)
        {
            var limit = $"The file is larger than {DocumentLimits.MaxLength / (1024 * 1024)} MB.";
            return Verdict(
                FileVerdictKind.Rejected,
                name,
                null,
                new ItemError(DocumentErrors.FileTooLarge, limit, Retryable: false)
            );
        }
        var here = accepted.Find(d => d.Original.Sha256.AsSpan().SequenceEqual(original.Sha256));
        var standing = here is not null
            ? new StandingDocument(here.Id, null)
            : await intake.FindDuplicateAsync(tenantId, original.Sha256, cancellationToken);
        if (standing is not null)
        {
            await originals.DeleteAsync(tenantId, original.Id, cancellationToken);
            return Verdict(FileVerdictKind.Duplicate, name, standing.Id, null) with
            {
                Result = UploadPayload.OfDuplicate(standing),
            };
        }
        var document = new NewDocument(
            Guid.CreateVersion7(time.GetUtcNow()),
            original,
            name,
            format.MediaType
        );
        accepted.Add(document);
        return Verdict(FileVerdictKind.Accepted, name, document.Id, null);
    }

    /// <summary>Makes documents of what was accepted, in the transaction that inserts their batch.</summary>
    public async Task InsertAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        Guid batchId,
        CancellationToken cancellationToken
    )
    {
        await DocumentIntake.InsertAsync(
            connection,
            transaction,
            tenantId,
            batchId,
            tags,
            accepted,
            cancellationToken
        );
        inserted = true;
    }

    public async ValueTask DisposeAsync()
    {
        if (inserted)
        {
            return;
        }
        foreach (var document in accepted)
        {
            // The request is over, whatever its token says; what stays behind is swept by cleanup.
            await originals.DeleteAsync(tenantId, document.Original.Id, CancellationToken.None);
        }
    }

    private static FileVerdict Verdict(
        FileVerdictKind kind,
        string name,
        Guid? id,
        ItemError? error
    ) => new(kind, name, id, error, UploadPayload.Of(id, name));
}
