using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Serilog.Events;
using Serilog.Extensions.Logging;

namespace Jobs.Hosting;

/// <summary>
/// The least level of what is logged, by category: as configured in the section <c>Serilog:MinimumLevel</c>, which may
/// change while the process runs, and on top of it what was set since, in this process only. Thread-safe.
/// </summary>
public sealed class LogLevels
    : IConfigureOptions<LoggerFilterOptions>,
        IOptionsChangeTokenSource<LoggerFilterOptions>,
        IDisposable
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Serilog:MinimumLevel";

    /// <summary>Categories that may be set apart.</summary>
    public const int MostCategories = 100;

    private static readonly (string Category, LogLevel Level)[] Quiet =
    [
        ("Microsoft", LogLevel.Warning),
        ("Microsoft.Hosting.Lifetime", LogLevel.Information),
    ];

    // Serilog's provider comes with a rule of its own that lets everything through; only one for it is before that.
    private static readonly string Provider = typeof(SerilogLoggerProvider).FullName!;

    private readonly IConfiguration configuration;
    private readonly Lock gate = new();
    private readonly SortedDictionary<string, LogLevel> set = new(StringComparer.Ordinal);
    private CancellationTokenSource changed = new();

    public LogLevels(IConfiguration configuration) => this.configuration = configuration;

    string? IOptionsChangeTokenSource<LoggerFilterOptions>.Name => Options.DefaultName;

    /// <summary>Those in force, by category; the empty one is of all that have none.</summary>
    public IReadOnlyDictionary<string, LogLevel> Current()
    {
        var levels = new SortedDictionary<string, LogLevel>(StringComparer.Ordinal)
        {
            [""] =
                Parse(configuration[$"{Section}:Default"] ?? configuration[Section])
                ?? LogLevel.Information,
        };
        foreach (var (category, level) in Quiet)
        {
            levels[category] = level;
        }
        foreach (var child in configuration.GetSection($"{Section}:Override").GetChildren())
        {
            if (Parse(child.Value) is { } level)
            {
                levels[child.Key] = level;
            }
        }
        lock (gate)
        {
            foreach (var (category, level) in set)
            {
                levels[category] = level;
            }
        }
        return levels;
    }

    /// <summary>Sets the level of a category and all below it; null takes back what was set. False where there are too many.</summary>
    /// <param name="category">Such as <c>Jobs.Engine</c>; empty for all that have none.</param>
    /// <param name="level">The least that is logged.</param>
    public bool Set(string category, LogLevel? level)
    {
        CancellationTokenSource former;
        lock (gate)
        {
            if (level is null)
            {
                set.Remove(category);
            }
            else if (set.Count >= MostCategories && !set.ContainsKey(category))
            {
                return false;
            }
            else
            {
                set[category] = level.Value;
            }
            former = changed;
            changed = new CancellationTokenSource();
        }
        former.Cancel();
        former.Dispose();
        return true;
    }

    /// <summary>A level by its name in Serilog or .NET; null for none.</summary>
    public static LogLevel? Parse(string? name) =>
        Enum.TryParse<LogEventLevel>(name, ignoreCase: true, out var serilog)
        && !char.IsAsciiDigit(name![0])
            ? (LogLevel)serilog
        : Enum.TryParse<LogLevel>(name, ignoreCase: true, out var level)
        && !char.IsAsciiDigit(name![0])
            ? level
        : null;

    void IConfigureOptions<LoggerFilterOptions>.Configure(LoggerFilterOptions options)
    {
        foreach (var (category, level) in Current())
        {
            if (category.Length == 0)
            {
                options.MinLevel = level;
            }
            options.Rules.Add(
                new LoggerFilterRule(
                    Provider,
                    category.Length == 0 ? null : category,
                    level,
                    filter: null
                )
            );
        }
    }

    IChangeToken IOptionsChangeTokenSource<LoggerFilterOptions>.GetChangeToken()
    {
        lock (gate)
        {
            return new CompositeChangeToken([
                configuration.GetReloadToken(),
                new CancellationChangeToken(changed.Token),
            ]);
        }
    }

    public void Dispose() => changed.Dispose();
}
