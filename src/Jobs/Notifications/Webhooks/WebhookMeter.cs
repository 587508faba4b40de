using System.Diagnostics.Metrics;

namespace Jobs.Notifications.Webhooks;

/// <summary>How messages are delivered, for metrics. Thread-safe.</summary>
internal sealed class WebhookMeter
{
    public const string Name = "Jobs.Webhooks";
    private readonly Counter<long> attempts;
    private readonly Histogram<double> duration;

    public WebhookMeter(IMeterFactory meters)
    {
        var meter = meters.Create(Name);
        attempts = meter.CreateCounter<long>(
            "jobs.webhook.attempts",
            "{attempt}",
            "Attempts to deliver a message, by result: delivered, retried (again later), failed (for good)."
        );
        duration = meter.CreateHistogram(
            "jobs.webhook.duration",
            "s",
            "Time of an attempt.",
            tags: null,
            new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
            }
        );
    }

    public void Attempted(string result, TimeSpan took)
    {
        attempts.Add(1, new KeyValuePair<string, object?>("result", result));
        duration.Record(took.TotalSeconds);
    }
}
