namespace Jobs.Kinds.Documents;

/// <summary>A file that was taken in, and what is known of it.</summary>
public sealed class Document
{
    public required Guid Id { get; init; }

    public required int TenantId { get; init; }

    /// <summary>The batch that it came with.</summary>
    public required Guid BatchId { get; init; }

    public required Guid BlobId { get; init; }

    public required DocumentState State { get; init; }

    /// <summary>The name that its sender gave it: a label, never a path.</summary>
    public required string Name { get; init; }

    public required string MediaType { get; init; }

    /// <summary>Of the original, in bytes.</summary>
    public required long Length { get; init; }

    public required byte[] Sha256 { get; init; }

    public required string[] Tags { get; init; }

    public string? Title { get; init; }

    public string? Author { get; init; }

    /// <summary>BCP 47, as the document declares it, else as its words make likely; null where neither says.</summary>
    public string? Language { get; init; }

    /// <summary>Null for types that have no pages.</summary>
    public int? Pages { get; init; }

    public int? Words { get; init; }

    public required string[] Warnings { get; init; }

    /// <summary>Why it is failed; null in any other state.</summary>
    public string? ErrorCode { get; init; }

    public string? ErrorMessage { get; init; }

    /// <summary>When it was written, as the document itself says.</summary>
    public DateTimeOffset? AuthoredAt { get; init; }

    /// <summary>When it was changed last, as the document itself says.</summary>
    public DateTimeOffset? ModifiedAt { get; init; }

    /// <summary>The <see cref="DocumentStore.Extraction"/> that read it.</summary>
    public short? Extraction { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it became ready or failed.</summary>
    public DateTimeOffset? ProcessedAt { get; init; }
}

/// <summary>How far a document is.</summary>
public enum DocumentState
{
    /// <summary>Its original is stored; its text is not yet.</summary>
    Pending,

    /// <summary>Its text can be read and searched.</summary>
    Ready,

    /// <summary>Its text could not be read.</summary>
    Failed,
}
