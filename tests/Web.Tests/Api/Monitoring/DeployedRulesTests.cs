using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Jobs.Web.Tests.Api.Monitoring;

/// <summary>Dashboards and alert rules under <c>deploy/</c>, and whether they fit what a process serves.</summary>
[Collection(MonitoredService.Collection)]
public sealed partial class DeployedRulesTests(MonitoredService service)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static string Deploy => Path.Combine(Repository.Folder, "deploy");

    [Fact]
    public async Task Every_metric_of_dashboards_and_alerts_is_there()
    {
        await service.RunAsync("kind=query", ["""{"q":"dashboards"}"""], Stop);
        // Waits for an hour: a queue that is not empty, unless this has been looked at within 15 s.
        using (
            var later = await service.Client.PostAsync(
                "/api/v1/batch/jobs",
                ApiTenant.Json(
                    """{"kind":"query","items":[{"q":"later"}],"options":{"notBefore":"2099-01-01T00:00:00Z"}}"""
                ),
                Stop
            )
        )
        {
            later.EnsureSuccessStatusCode();
        }
        var docs = await File.ReadAllTextAsync(
            Path.Combine(Repository.Folder, "docs", "metrics.md"),
            Stop
        );
        var scrape = await service.ScrapeAsync(Stop);
        var there = MonitoredService.Names(scrape);
        // Without replicas, without refusals, without delivery, or with a queue that was empty at the last look there is no such series.
        string[] sometimes =
        [
            "jobs_database_replication_lag_seconds",
            "jobs_rate_limit_admissions_total",
            "jobs_rate_limit_refusals_total",
            "jobs_webhook_duration_seconds_bucket",
            "jobs_queue_items",
            "jobs_queue_oldest_age_seconds",
        ];
        var files = Directory
            .EnumerateFiles(Deploy, "*", SearchOption.AllDirectories)
            .Where(f =>
                f.EndsWith(".json", StringComparison.Ordinal)
                || f.EndsWith("alerts.yml", StringComparison.Ordinal)
            )
            .ToList();
        files.Count.ShouldBe(5);
        foreach (var file in files)
        {
            var named = Expressions(await File.ReadAllTextAsync(file, Stop), file);
            named.ShouldNotBeEmpty(file);
            named
                .Except(there, StringComparer.Ordinal)
                .Except(sometimes, StringComparer.Ordinal)
                .ShouldBeEmpty(file);
        }
        // And every one of ours that is there or may be is explained.
        there
            .Concat(sometimes)
            .Where(n => n.StartsWith("jobs_", StringComparison.Ordinal))
            .Select(n => Part().Replace(n, ""))
            .Distinct(StringComparer.Ordinal)
            .Where(n => !docs.Contains($"`{n}`", StringComparison.Ordinal))
            .ShouldBeEmpty();
    }

    [Theory]
    [InlineData("check", "rules", "alerts.yml")]
    [InlineData("test", "rules", "alerts.test.yml")]
    public async Task The_rules_are_good(string verb, string what, string file)
    {
        using var promtool = Process.Start(
            new ProcessStartInfo("promtool", [verb, what, file])
            {
                WorkingDirectory = Path.Combine(Deploy, "prometheus"),
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            }
        )!;
        var output = await promtool.StandardOutput.ReadToEndAsync(Stop);
        output += await promtool.StandardError.ReadToEndAsync(Stop);
        await promtool.WaitForExitAsync(Stop);

        promtool.ExitCode.ShouldBe(0, output);
    }

    [Fact]
    public async Task Prometheus_can_read_what_is_served()
    {
        using var answer = await service.Client.GetAsync("/metrics", Stop);
        answer.Content.Headers.ContentType!.ToString().ShouldStartWith("text/plain; version=0.0.4");
        using var promtool = Process.Start(
            new ProcessStartInfo("promtool", ["check", "metrics"])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            }
        )!;
        await promtool.StandardInput.WriteAsync(await answer.Content.ReadAsStringAsync(Stop));
        promtool.StandardInput.Close();
        var output = await promtool.StandardError.ReadToEndAsync(Stop);
        await promtool.WaitForExitAsync(Stop);

        // 3 is advice on names; 1 is what cannot be read.
        promtool.ExitCode.ShouldBeOneOf([0, 3], output);
        output.ShouldNotContain("error while", Case.Insensitive);
    }

    private static HashSet<string> Expressions(string text, string file)
    {
        var expressions = file.EndsWith(".json", StringComparison.Ordinal)
            ? string.Join('\n', Expression().Matches(text).Select(m => m.Value))
            : text;
        return [.. Metric().Matches(expressions).Select(m => m.Value)];
    }

    [GeneratedRegex(
        "\"expr\": \".*\"",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Expression();

    // No label begins so but those of the pools, which name no metric.
    [GeneratedRegex(
        @"\b(jobs_|http_server_|dotnet_|db_client_operation_|db_client_connection_count)[a-z_]*\b(?! *\()",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Metric();

    [GeneratedRegex(
        "_(bucket|sum|count)$",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Part();
}
