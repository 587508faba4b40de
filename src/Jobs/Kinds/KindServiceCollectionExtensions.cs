using System.Text.RegularExpressions;
using Jobs.Engine;
using Jobs.Kinds;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

public static partial class KindServiceCollectionExtensions
{
    /// <summary>
    /// Adds a kind of work: its name (lower-case letters, digits, <c>_</c>, <c>-</c>; at most 40) and its handler. What
    /// the section <c>Jobs:Kinds:{name}</c> of the configuration says goes before what <paramref name="configure"/> does.
    /// </summary>
    /// <exception cref="ArgumentException">The name or an option breaks its rule.</exception>
    public static IServiceCollection AddKind<THandler>(
        this IServiceCollection services,
        string name,
        Action<Kind>? configure = null
    )
        where THandler : class, IItemHandler
    {
        if (!NamePattern().IsMatch(name))
        {
            throw new ArgumentException($"'{name}' is not the name of a kind.", nameof(name));
        }
        services.AddOptions<SharingOptions>();
        services.AddSingleton<THandler>();
        return services.AddSingleton(provider =>
        {
            var kind = new Kind(name, provider.GetRequiredService<THandler>());
            configure?.Invoke(kind);
            var operators = provider.GetRequiredService<IOptions<SharingOptions>>().Value;
            if (operators.Kinds.TryGetValue(name, out var settings))
            {
                settings.ApplyTo(kind);
            }
            var valid =
                kind.ItemsPerPage is >= 1 and <= Kind.MaxItemsPerPage
                && kind.Concurrency >= 1
                && kind.MaxRunningPerWorker >= 0
                && kind.MaxRunning >= 0
                && kind.ItemTimeout > TimeSpan.Zero;
            return valid
                ? kind
                : throw new ArgumentException(
                    $"An option of the kind '{name}' is out of its range.",
                    nameof(configure)
                );
        });
    }

    [GeneratedRegex("^[a-z][a-z0-9_-]{0,39}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NamePattern();
}
