namespace Jobs.Caching;

/// <summary>What tags may be, and how they are kept apart by tenant.</summary>
public static class CacheTag
{
    /// <summary>Characters of a tag.</summary>
    public const int Length = 100;

    /// <summary>Tags of a value.</summary>
    public const int Most = 32;

    /// <summary>Whether a text can be a tag: 1 to 100 characters, none a control character.</summary>
    public static bool IsTag(string? tag) =>
        tag is { Length: > 0 and <= Length }
        && !tag.Any(c => char.IsControl(c) || char.IsSurrogate(c));

    /// <summary>The distinct tags of a value, qualified by their tenant.</summary>
    /// <exception cref="ArgumentException">One is no tag, or they are too many.</exception>
    internal static string[] Of(int tenantId, IEnumerable<string>? tags)
    {
        if (tags is null)
        {
            return [];
        }
        string[] distinct = [.. tags.Distinct(StringComparer.Ordinal)];
        if (distinct.Length > Most || !distinct.All(IsTag))
        {
            throw new ArgumentException(
                $"At most {Most} tags, each of 1 to {Length} characters, none a control character.",
                nameof(tags)
            );
        }
        return Array.ConvertAll(distinct, tag => Qualified(tenantId, tag));
    }

    internal static string Qualified(int tenantId, string tag) => $"{tenantId}:{tag}";

    /// <summary>Without its tenant.</summary>
    internal static ReadOnlySpan<char> Bare(string qualified) =>
        qualified.AsSpan(qualified.IndexOf(':', StringComparison.Ordinal) + 1);
}
