using System.Reflection;
using System.Text.RegularExpressions;

namespace Jobs.Web.Tests.Api.Monitoring.Traffic;

/// <summary>That no metric is told of that nobody compares, and none compared that is not told of.</summary>
public sealed partial class DocumentedMetricsTests
{
    // Compared by name in a test that is not a theory.
    private static readonly string[] ByName =
    [
        "jobs_http_requests_total",
        "jobs_slots",
        "jobs_slots_used",
        "jobs_workers",
        "jobs_queue_oldest_age_seconds",
        "jobs_database_size_bytes",
        "jobs_database_tuples",
        "jobs_database_transaction_oldest_seconds",
        "jobs_database_connections",
        "jobs_database_connections_limit",
        "jobs_database_replication_lag_seconds",
        "jobs_disk_bytes",
        "jobs_metrics_series",
        "jobs_metrics_left_out",
    ];

    [Fact]
    public async Task Every_metric_of_the_documentation_is_compared()
    {
        var docs = await File.ReadAllTextAsync(
            Path.Combine(Repository.Folder, "docs", "metrics.md"),
            TestContext.Current.CancellationToken
        );
        var told = Row()
            .Matches(docs)
            .SelectMany(row => Name().Matches(row.Value).Select(name => name.Value))
            .Distinct(StringComparer.Ordinal);
        var compared = ByName
            .Concat(Cases(typeof(WorkerTrafficTests)))
            .Concat(Cases(typeof(WebTrafficTests)))
            .Select(name => Part().Replace(name, ""))
            .Distinct(StringComparer.Ordinal);

        told.Order(StringComparer.Ordinal).ShouldBe(compared.Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Cases(Type tests) =>
        tests
            .GetMethods()
            .SelectMany(m => m.GetCustomAttributes<InlineDataAttribute>())
            .Select(data => (string)data.Data[0]!);

    // The first column of the list.
    [GeneratedRegex(
        @"^\| `jobs_[^|]*\|",
        RegexOptions.ExplicitCapture | RegexOptions.Multiline,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Row();

    [GeneratedRegex("jobs_[a-z_]+", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Name();

    [GeneratedRegex(
        "_(bucket|sum|count)$",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Part();
}
