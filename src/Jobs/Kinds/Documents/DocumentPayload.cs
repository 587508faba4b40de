namespace Jobs.Kinds.Documents;

/// <summary>The payload of a <c>document</c> item.</summary>
public sealed record DocumentPayload(Guid DocumentId, string? Name);

/// <summary>The result of a <c>document</c> item.</summary>
/// <param name="Reused">Whether the file had been read before, so that nothing was computed again.</param>
public sealed record DocumentResult(
    Guid DocumentId,
    string MediaType,
    string? Title,
    string? Author,
    int? Pages,
    int Words,
    string? Language,
    IReadOnlyList<string> Warnings,
    bool Reused
);
