namespace Jobs.Kinds.Queries;

/// <summary>One search.</summary>
/// <param name="Q">
/// Words, any of which may match; a <c>"phrase"</c> must occur, a word or phrase after <c>-</c> must not, and
/// <c>or</c> separates alternatives. At most <see cref="MaxLength"/> characters.
/// </param>
/// <param name="Limit">Most documents of the answer, 1 to <see cref="MaxLimit"/>.</param>
/// <param name="Offset">Documents to leave out from the best on, 0 to <see cref="MaxOffset"/>.</param>
/// <param name="Tags">All of which a document must carry; null or empty for any document.</param>
public sealed record SearchRequest(
    string Q,
    int Limit = SearchRequest.DefaultLimit,
    int Offset = 0,
    IReadOnlyList<string>? Tags = null
)
{
    public const int MaxLength = 1000;
    public const int DefaultLimit = 10;
    public const int MaxLimit = 100;
    public const int MaxOffset = 1000;
    public const int MaxTags = 32;
    public const int MaxDocuments = 100;

    /// <summary>Media types, one of which a document must have; null or empty for any.</summary>
    public IReadOnlyList<string>? Types { get; init; }

    /// <summary>When a document was taken in, at the earliest.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>When a document was taken in, before this.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>The only documents that may be found; null or empty for all.</summary>
    public IReadOnlyList<Guid>? Documents { get; init; }

    /// <summary>The same for requests that have the same answer.</summary>
    internal string Identity =>
        string.Join(
            '\0',
            [
                Q,
                FormattableString.Invariant($"{Limit} {Offset} {From:O} {To:O}"),
                .. Sorted(Tags).Select(t => $"tag {t}"),
                .. Sorted(Types).Select(t => $"type {t}"),
                .. Sorted(Documents?.Select(d => d.ToString())),
            ]
        );

    /// <summary>The rules that this breaks; empty when it breaks none.</summary>
    public IReadOnlyList<FieldError> Validate()
    {
        var errors = new List<FieldError>();
        if (string.IsNullOrWhiteSpace(Q))
        {
            errors.Add(new FieldError("q", "must not be empty"));
        }
        else if (Q.Length > MaxLength)
        {
            errors.Add(new FieldError("q", $"must have at most {MaxLength} characters"));
        }
        if (Q?.Contains('\0', StringComparison.Ordinal) is true)
        {
            errors.Add(new FieldError("q", "must not contain the character U+0000"));
        }
        if (Limit is < 1 or > MaxLimit)
        {
            errors.Add(new FieldError("limit", $"must be from 1 to {MaxLimit}"));
        }
        if (Offset is < 0 or > MaxOffset)
        {
            errors.Add(new FieldError("offset", $"must be from 0 to {MaxOffset}"));
        }
        ValidateList("tags", Tags, errors);
        ValidateList("types", Types, errors);
        if (Documents?.Count > MaxDocuments)
        {
            errors.Add(new FieldError("documents", $"must be at most {MaxDocuments}"));
        }
        if (From >= To)
        {
            errors.Add(new FieldError("to", "must be later than from"));
        }
        return errors;
    }

    private static IEnumerable<string> Sorted(IEnumerable<string>? values) =>
        (values ?? []).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    private static void ValidateList(
        string field,
        IReadOnlyList<string>? values,
        List<FieldError> errors
    )
    {
        if (values?.Count > MaxTags)
        {
            errors.Add(new FieldError(field, $"must be at most {MaxTags}"));
        }
        for (var i = 0; i < Math.Min(values?.Count ?? 0, MaxTags); i++)
        {
            if (
                string.IsNullOrEmpty(values![i])
                || values[i].Contains('\0', StringComparison.Ordinal)
            )
            {
                errors.Add(
                    new FieldError($"{field}[{i}]", "must be text without the character U+0000")
                );
            }
        }
    }
}
