using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;

namespace Jobs.Kinds.Queries;

/// <summary>What a search found. Immutable, as what it consists of: one that is kept is shared by all who ask.</summary>
/// <param name="Hits">Best first.</param>
/// <param name="Total">Documents that match, on this page or another.</param>
/// <param name="ElapsedMs">How long the search took.</param>
[ImmutableObject(true)]
public sealed record SearchAnswer(IReadOnlyList<SearchHit> Hits, long Total, double ElapsedMs)
{
    // Shared by its copies.
    private readonly StrongBox<byte[]?> written = new();

    /// <summary>Whether <see cref="Total"/> is only about right: absent where it is exact.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool TotalIsEstimate { get; init; }

    /// <summary>Of items of batches: <c>hit</c> or <c>stale</c> where the answer was kept; absent where it was searched.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Cache { get; init; }

    /// <summary>Words that nothing has, and what was searched instead; absent where there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Correction>? Corrections { get; init; }

    /// <summary>
    /// The hits as they are sent, written when they are first asked for and kept as long as the answer: most of what a
    /// kept answer costs is to write them.
    /// </summary>
    /// <param name="write">Always the same.</param>
    public byte[] WriteHits(Func<IReadOnlyList<SearchHit>, byte[]> write) =>
        written.Value ??= write(Hits);
}

/// <summary>A word that nothing has, and the one that was searched instead: its stem where the word itself is not known.</summary>
public sealed record Correction(string From, string To)
{
    /// <summary>What was searched, as the index has it.</summary>
    [JsonIgnore]
    internal string Lexeme { get; init; } = To;
}

/// <summary>A document that was found, by its best passage.</summary>
/// <param name="DocumentId">The document.</param>
/// <param name="Title">Its title, or its file name where it has none; plain text.</param>
/// <param name="Score">Comparable within one answer only.</param>
/// <param name="Passage">Its passage that matches best; plain text.</param>
/// <param name="Page">Where the passage starts; absent for documents without pages.</param>
/// <param name="Highlights">
/// Pieces of the passage as HTML that is safe to show: its text is escaped, and <c>mark</c> around what matched is the
/// only element.
/// </param>
public sealed record SearchHit(
    Guid DocumentId,
    string Title,
    double Score,
    string Passage,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Page,
    IReadOnlyList<string> Highlights
);
