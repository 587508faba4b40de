using System.Collections.Frozen;
using System.Text.Json;
using Jobs.Engine;
using Microsoft.Extensions.Options;

namespace Jobs.Features;

/// <summary>
/// How the switches stand in this process: as they were set while the service runs, else as the configuration has them.
/// To ask costs nothing. What another process sets is heard by a notice, and seen at the next look of a loop that looks
/// anyway. Thread-safe.
/// </summary>
public sealed class FeatureSwitches(IOptions<FeatureOptions> options, WorkSignal signal)
{
    private static readonly FrozenDictionary<string, bool> None = FrozenDictionary<
        string,
        bool
    >.Empty;

    private readonly Lock gate = new();
    private volatile FrozenDictionary<string, bool> set = None;
    private string last = "{}";

    /// <summary>Whether a feature is on; what is not known is.</summary>
    public bool IsOn(string name) =>
        set.TryGetValue(name, out var enabled) ? enabled : IsConfigured(name);

    public bool IsKindOn(string kind) => IsOn(FeatureNames.OfKind(kind));

    /// <summary>Whether a feature is on by configuration.</summary>
    public bool IsConfigured(string name) =>
        name switch
        {
            FeatureNames.Batch => options.Value.Batch,
            FeatureNames.Caching => options.Value.Caching,
            FeatureNames.RateLimiting => options.Value.RateLimiting,
            FeatureNames.Notifications => options.Value.Notifications,
            _ => FeatureNames.KindOf(name) is not { } kind
                || !options.Value.Kinds.TryGetValue(kind, out var enabled)
                || enabled,
        };

    /// <summary>Takes over what the database has, as <c>{"name": true}</c>.</summary>
    internal void Apply(string json)
    {
        lock (gate)
        {
            if (json == last)
            {
                return;
            }
            last = json;
            set = JsonSerializer
                .Deserialize(json, FeatureJson.Default.DictionaryStringBoolean)!
                .ToFrozenDictionary(StringComparer.Ordinal);
        }
        // What waited for a kind is leased now.
        signal.Wake(scheduled: false);
    }
}
