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
        if (Tags?.Count > MaxTags)
        {
            errors.Add(new FieldError("tags", $"must be at most {MaxTags}"));
        }
        for (var i = 0; i < Math.Min(Tags?.Count ?? 0, MaxTags); i++)
        {
            if (string.IsNullOrEmpty(Tags![i]) || Tags[i].Contains('\0', StringComparison.Ordinal))
            {
                errors.Add(
                    new FieldError($"tags[{i}]", "must be text without the character U+0000")
                );
            }
        }
        return errors;
    }
}
