using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace Jobs.Kinds;

/// <summary>The kinds that this process knows; made once, thread-safe.</summary>
public sealed class KindRegistry(IEnumerable<Kind> kinds)
{
    private readonly FrozenDictionary<string, Kind> byName = kinds.ToFrozenDictionary(
        k => k.Name,
        StringComparer.Ordinal
    );

    public IEnumerable<Kind> All => byName.Values;

    public bool TryGet(string name, [NotNullWhen(true)] out Kind? kind) =>
        byName.TryGetValue(name, out kind);
}
