using System.Globalization;

namespace Jobs.Caching.Shared;

/// <summary>Something that is removed, as the log of removals has it.</summary>
/// <param name="Kind">Of <see cref="RemovalKind"/>.</param>
/// <param name="TenantId">0 where it has none.</param>
internal readonly record struct RemovalItem(RemovalKind Kind, int TenantId, string Name)
{
    public static RemovalItem Everything { get; } = new(RemovalKind.Everything, 0, "");

    public static RemovalItem Of(CacheKey key) =>
        new(RemovalKind.Key, key.Scope.TenantId, key.Stored);

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <exception cref="FormatException">A later version wrote what this one does not know.</exception>
    public static RemovalItem Parse(string text)
    {
        var kind = (RemovalKind)text[0];
        switch (kind)
        {
            case RemovalKind.Everything:
                return Everything;
            case RemovalKind.TagOfAll:
                return new RemovalItem(kind, 0, text[1..]);
            case RemovalKind.Key or RemovalKind.Tag or RemovalKind.Prefix:
                var colon = text.IndexOf(':', StringComparison.Ordinal);
                return new RemovalItem(
                    kind,
                    int.Parse(text.AsSpan(1, colon - 1), CultureInfo.InvariantCulture),
                    text[(colon + 1)..]
                );
            default:
                throw new FormatException($"Nothing is removed by '{text[0]}'.");
        }
    }

    public override string ToString() =>
        Kind switch
        {
            RemovalKind.Everything => "a",
            RemovalKind.TagOfAll => $"T{Name}",
            _ => string.Create(CultureInfo.InvariantCulture, $"{(char)Kind}{TenantId}:{Name}"),
        };
}

internal enum RemovalKind
{
    Key = 'k',
    Tag = 't',
    TagOfAll = 'T',
    Prefix = 'p',
    Everything = 'a',
}
