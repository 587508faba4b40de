using Jobs.Database;
using Jobs.Engine;
using Jobs.Monitoring.Samples;

namespace Jobs.Monitoring.Requests;

/// <summary>
/// Says how requests went, over all nodes: what they have written until the last minute, and what this one has counted
/// since. Thread-safe.
/// </summary>
public sealed class RequestReporter
{
    private static readonly string[] Names = [SampleNames.Requests, SampleNames.Responses];
    private static readonly string[] Answers = [SampleNames.Responses];

    private readonly MetricSamples samples;
    private readonly Sampler sampler;
    private readonly RequestMetrics requests;
    private readonly SlowRequests slow;
    private readonly JobsDataSource database;
    private readonly MetricSignal signal;
    private readonly Notices notices;

    internal RequestReporter(
        MetricSamples samples,
        Sampler sampler,
        RequestMetrics requests,
        SlowRequests slow,
        JobsDataSource database,
        MetricSignal signal,
        Notices notices
    )
    {
        this.samples = samples;
        this.sampler = sampler;
        this.requests = requests;
        this.slow = slow;
        this.database = database;
        this.signal = signal;
        this.notices = notices;
    }

    public async Task<RequestReport> ReadAsync(TimeSpan window, CancellationToken cancellationToken)
    {
        var tallies = new Dictionary<(string Route, string Method), RouteTally>();
        RouteTally Of(string route, string method)
        {
            if (!tallies.TryGetValue((route, method), out var tally))
            {
                tallies[(route, method)] = tally = new RouteTally(route, method);
            }
            return tally;
        }

        var (standing, from) = await AddAsync(Names, window, Of, cancellationToken);
        return Report(
            [.. tallies.Values.Where(t => t.Statuses.Count > 0)],
            standing.Reset > from ? standing.Reset.Value : from,
            standing,
            await samples.NodesAsync(cancellationToken)
        );
    }

    /// <summary>Only how many requests there were, and how many of them the service failed over.</summary>
    public async Task<RequestCount> CountAsync(TimeSpan window, CancellationToken cancellationToken)
    {
        var all = new RouteTally("", "");
        await AddAsync(Answers, window, (_, _) => all, cancellationToken);
        return new(all.Requests, all.Errors);
    }

    /// <summary>Counts anew from now on, on all nodes; returns that moment.</summary>
    /// <param name="resetBy">The tenant and the name of the key.</param>
    public async Task<DateTimeOffset> ResetAsync(
        string resetBy,
        CancellationToken cancellationToken
    )
    {
        DateTimeOffset at;
        await using (var command = database.Requests.CreateCommand(SampleStatements.Reset))
        {
            command.Parameters.Add(new() { Value = resetBy });
            await using var row = await command.ExecuteReaderAsync(cancellationToken);
            await row.ReadAsync(cancellationToken);
            at = row.GetFieldValue<DateTimeOffset>(0);
        }
        notices.SendMetrics();
        signal.Clear();
        await sampler.WriteAsync(cancellationToken);
        return at;
    }

    // What is written, and what this process has counted since.
    private Task<(SampleStanding Standing, DateTimeOffset From)> AddAsync(
        IReadOnlyCollection<string> names,
        TimeSpan window,
        Func<string, string, RouteTally> tallyOf,
        CancellationToken cancellationToken
    ) =>
        sampler.ReadAsync(
            async (counting, ct) =>
            {
                var standing = await samples.StandingAsync(ct);
                var from = SampleWindow.Floor(standing.Now - window, 60);
                var points = await samples.SumAsync(names, from, standing.Reset, standing, ct);
                foreach (var point in points)
                {
                    Add(tallyOf(point.Labels["route"], point.Labels["method"]), point);
                }
                if (standing.Reset is not { } reset || standing.Now - counting >= reset)
                {
                    requests.AddTo(tallyOf);
                }
                return (standing, from);
            },
            cancellationToken
        );

    private static void Add(RouteTally tally, SamplePoint point)
    {
        if (point.Labels.TryGetValue("status", out var status))
        {
            tally.Add(status, point.Count);
            return;
        }
        for (var bucket = 0; bucket < point.Buckets?.Length; bucket++)
        {
            tally.Buckets[bucket] += point.Buckets[bucket];
        }
        tally.SumMs += point.Sum;
        tally.MaxMs = Math.Max(tally.MaxMs, point.Max);
    }

    private RequestReport Report(
        IReadOnlyList<RouteTally> routes,
        DateTimeOffset from,
        SampleStanding standing,
        IReadOnlyList<string> nodes
    )
    {
        var seconds = Math.Max(1, (standing.Now - from).TotalSeconds);
        var total = new RouteTally("", "");
        foreach (var route in routes)
        {
            total.Add(route);
        }
        var endpoints = routes
            .Select(r => new EndpointSummary(r.Route, r.Method, Figures(r, seconds), r.Statuses))
            .OrderBy(e => e.Route, StringComparer.Ordinal)
            .ThenBy(e => e.Method, StringComparer.Ordinal)
            .ToList();
        return new(
            from,
            standing.Now,
            Math.Round(seconds, 1),
            standing.Reset,
            nodes,
            Figures(total, seconds),
            total.Statuses,
            endpoints,
            [.. endpoints.OrderByDescending(e => e.Figures.Requests).Take(10)],
            slow.List()
        );
    }

    private static RequestSummary Figures(RouteTally tally, double seconds)
    {
        var (requests, errors) = (tally.Requests, tally.Errors);
        var timed = tally.Buckets.Sum();
        double? Quantile(double q) =>
            timed == 0 ? null : Math.Round(LogHistogram.Quantile(tally.Buckets, q) / 1000, 3);

        return new(
            requests,
            errors,
            tally.Statuses.Where(s => s.Key[0] == '4').Sum(s => s.Value),
            requests == 0 ? 0 : Math.Round(errors / (double)requests, 6),
            Math.Round(requests / seconds, 3),
            timed,
            timed == 0 ? null : Math.Round(tally.SumMs / timed, 3),
            Quantile(0.5),
            Quantile(0.95),
            Quantile(0.99),
            timed == 0 ? null : Math.Round(tally.MaxMs, 3)
        );
    }
}
