namespace Jobs.Kinds.Documents;

/// <summary>What becomes of a file that was sent.</summary>
public enum FileVerdictKind
{
    /// <summary>It is a new document and has an item.</summary>
    Accepted,

    /// <summary>A document with the same content stands.</summary>
    Duplicate,

    /// <summary>It is none that can be read.</summary>
    Rejected,
}

/// <summary>The verdict on one file.</summary>
/// <param name="Kind">What becomes of it.</param>
/// <param name="Name">The name that is kept.</param>
/// <param name="DocumentId">The new document, or the one that stands; null when rejected.</param>
/// <param name="Error">Why it was rejected; else null.</param>
/// <param name="Payload">Its item's payload, JSON on one line; <c>documentId</c> is null when rejected.</param>
/// <param name="Result">Of a duplicate that was read already: its item's result, JSON on one line; else empty.</param>
public sealed record FileVerdict(
    FileVerdictKind Kind,
    string Name,
    Guid? DocumentId,
    ItemError? Error,
    ReadOnlyMemory<byte> Payload,
    ReadOnlyMemory<byte> Result = default
);

/// <summary>An accepted file on its way to being a document.</summary>
public sealed record NewDocument(Guid Id, StoredOriginal Original, string Name, string MediaType);
