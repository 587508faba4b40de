using System.Collections;
using System.Reflection;
using System.Text.RegularExpressions;
using Jobs.Auditing;
using Jobs.Batches;
using Jobs.Caching;
using Jobs.Dashboard;
using Jobs.Database;
using Jobs.Engine;
using Jobs.Features;
using Jobs.Health;
using Jobs.Kinds.Documents;
using Jobs.Kinds.Queries;
using Jobs.Kinds.Queries.Reports;
using Jobs.Monitoring;
using Jobs.Monitoring.Telemetry;
using Jobs.Notifications;
using Jobs.Notifications.Webhooks;
using Jobs.RateLimiting;
using Jobs.Resilience;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Docs;

public sealed partial class ConfigurationTests
{
    private static readonly (string Section, Type Options)[] Bound =
    [
        (JobsOptions.Section, typeof(JobsOptions)),
        ("Jobs:Postgres", typeof(EmbeddedPostgresOptions)),
        ("Jobs:Batches", typeof(BatchOptions)),
        ("Jobs:Engine", typeof(EngineOptions)),
        (HangfireOptions.Section, typeof(HangfireOptions)),
        ("Jobs", typeof(SharingOptions)),
        ("Jobs:Webhooks", typeof(WebhookOptions)),
        (BreakerOptions.Section, typeof(BreakerOptions)),
        (RateLimitOptions.Section, typeof(RateLimitOptions)),
        (SearchOptions.Section, typeof(SearchOptions)),
        (DocumentOptions.Section, typeof(DocumentOptions)),
        (S3Options.Section, typeof(S3Options)),
        (ReportOptions.Section, typeof(ReportOptions)),
        (CacheOptions.Section, typeof(CacheOptions)),
        (AuditOptions.Section, typeof(AuditOptions)),
        (NotificationOptions.Section, typeof(NotificationOptions)),
        (FeatureOptions.Section, typeof(FeatureOptions)),
        (HealthOptions.Section, typeof(HealthOptions)),
        (DashboardOptions.Section, typeof(DashboardOptions)),
        (MetricsOptions.Section, typeof(MetricsOptions)),
        (TelemetryOptions.Section, typeof(TelemetryOptions)),
    ];

    // The value of a section whose keys are options.
    private const string Engine = "Jobs__Engine";

    // Read before there are options: the log comes first.
    private const string LogFormat = "Jobs__Log__Format";

    // Taken from Jobs:DataDirectory, whatever is configured.
    private const string Overwritten = "Jobs__Postgres__DataDirectory";

    [Fact]
    public void Every_key_in_the_documentation_is_an_option() =>
        Documentation
            .Pages.SelectMany(page =>
                Key()
                    .Matches(page.Text)
                    .Select(match => (page.Path, Key: match.Groups["key"].Value))
            )
            .Where(named =>
                named.Key is not (LogFormat or Engine) && !Keys().Any(key => Names(named.Key, key))
            )
            .Select(named => $"{Documentation.NameOf(named.Path)}: {named.Key}")
            .ShouldBeEmpty();

    [Fact]
    public void Every_option_is_in_the_table_of_operations()
    {
        var operations = Documentation.Pages.Single(page =>
            Documentation.NameOf(page.Path) == Path.Combine("docs", "operations.md")
        );
        Keys()
            .Where(key => key.Name != Overwritten)
            .Where(key =>
                !operations.Text.Contains(
                    key.IsDictionary ? $"| `{key.Name}__NAME` |" : $"| `{key.Name}` |",
                    StringComparison.Ordinal
                )
            )
            .Select(key => key.Name)
            .ShouldBeEmpty();
    }

    // A dictionary has keys below its own.
    private static bool Names(string named, (string Name, bool IsDictionary) key) =>
        named == key.Name
        || (
            key.IsDictionary
            && named.StartsWith($"{key.Name}__", StringComparison.Ordinal)
            && named.Length > key.Name.Length + 2
        );

    private static IEnumerable<(string Name, bool IsDictionary)> Keys() =>
        from bound in Bound
        from property in bound.Options.GetProperties(BindingFlags.Public | BindingFlags.Instance)
        let isDictionary = typeof(IEnumerable).IsAssignableFrom(property.PropertyType)
            && property.PropertyType != typeof(string)
        select (
            $"{bound.Section.Replace(":", "__", StringComparison.Ordinal)}__{property.Name}",
            isDictionary
        );

    [GeneratedRegex(
        @"\b(?<key>Jobs__\w+)",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Key();
}
