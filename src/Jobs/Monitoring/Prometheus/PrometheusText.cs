using System.Globalization;
using System.Text;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Jobs.Monitoring.Prometheus;

/// <summary>
/// Metrics in Prometheus' text format, version 0.0.4, with names after OpenTelemetry's rules for Prometheus: dots become
/// underscores, the unit follows, and counters end with <c>_total</c>. Not thread-safe.
/// </summary>
internal sealed class PrometheusText(int mostSeries)
{
    private readonly StringBuilder text = new();
    private int series;

    public string Write(in Batch<Metric> batch)
    {
        text.Clear();
        series = 0;
        var leftOut = 0;
        // Instruments of two meters may share a name; a family must be written once.
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var metric in batch)
        {
            var name = NameOf(metric);
            if (!seen.Add(name))
            {
                continue;
            }
            var isHistogram = metric.MetricType == MetricType.Histogram;
            if (!isHistogram && !IsNumber(metric.MetricType))
            {
                continue;
            }
            Head(name, metric);
            foreach (var point in metric.GetMetricPoints())
            {
                if (series >= mostSeries)
                {
                    leftOut++;
                    continue;
                }
                if (isHistogram)
                {
                    Histogram(name, point);
                }
                else
                {
                    Line(name, Labels(point.Tags), ValueOf(metric.MetricType, point));
                }
            }
        }
        text.Append(
                "# HELP jobs_metrics_series Series in this answer.\n# TYPE jobs_metrics_series gauge\n"
            )
            .Append(CultureInfo.InvariantCulture, $"jobs_metrics_series {series + 2}\n")
            .Append(
                "# HELP jobs_metrics_left_out Sets of labels beyond the most series that there may be.\n# TYPE jobs_metrics_left_out gauge\n"
            )
            .Append(CultureInfo.InvariantCulture, $"jobs_metrics_left_out {leftOut}\n");
        return text.ToString();
    }

    internal static string NameOf(Metric metric)
    {
        var name = new StringBuilder();
        foreach (var c in metric.Name)
        {
            name.Append(char.IsAsciiLetterOrDigit(c) ? c : '_');
        }
        var unit = metric.Unit switch
        {
            "s" => "seconds",
            "ms" => "milliseconds",
            "By" => "bytes",
            _ => null,
        };
        if (unit is not null && !name.ToString().EndsWith(unit, StringComparison.Ordinal))
        {
            name.Append('_').Append(unit);
        }
        if (IsCounter(metric.MetricType))
        {
            name.Append("_total");
        }
        return name.ToString();
    }

    private static bool IsCounter(MetricType type) =>
        type is MetricType.LongSum or MetricType.DoubleSum;

    private static bool IsNumber(MetricType type) =>
        IsCounter(type)
        || type
            is MetricType.LongGauge
                or MetricType.DoubleGauge
                or MetricType.LongSumNonMonotonic
                or MetricType.DoubleSumNonMonotonic;

    private static double ValueOf(MetricType type, MetricPoint point) =>
        type switch
        {
            MetricType.LongSum or MetricType.LongSumNonMonotonic => point.GetSumLong(),
            MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic => point.GetSumDouble(),
            MetricType.LongGauge => point.GetGaugeLastValueLong(),
            _ => point.GetGaugeLastValueDouble(),
        };

    private void Head(string name, Metric metric)
    {
        if (!string.IsNullOrEmpty(metric.Description))
        {
            text.Append("# HELP ").Append(name).Append(' ');
            text.Append(
                    metric
                        .Description.Replace("\\", "\\\\", StringComparison.Ordinal)
                        .Replace("\n", "\\n", StringComparison.Ordinal)
                )
                .Append('\n');
        }
        text.Append("# TYPE ").Append(name).Append(' ');
        text.Append(
                metric.MetricType == MetricType.Histogram ? "histogram"
                : IsCounter(metric.MetricType) ? "counter"
                : "gauge"
            )
            .Append('\n');
    }

    private void Histogram(string name, MetricPoint point)
    {
        var labels = Labels(point.Tags);
        var count = 0L;
        foreach (var bucket in point.GetHistogramBuckets())
        {
            count += bucket.BucketCount;
            var bound = double.IsPositiveInfinity(bucket.ExplicitBound)
                ? "+Inf"
                : bucket.ExplicitBound.ToString("R", CultureInfo.InvariantCulture);
            Line(
                name + "_bucket",
                labels.Length == 0 ? $"le=\"{bound}\"" : $"{labels},le=\"{bound}\"",
                count
            );
        }
        Line(name + "_sum", labels, point.GetHistogramSum());
        Line(name + "_count", labels, count);
    }

    private void Line(string name, string labels, double value)
    {
        series++;
        text.Append(name);
        if (labels.Length > 0)
        {
            text.Append('{').Append(labels).Append('}');
        }
        text.Append(' ').Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
    }

    private static string Labels(ReadOnlyTagCollection tags)
    {
        var labels = new StringBuilder();
        foreach (var (key, value) in tags)
        {
            if (labels.Length > 0)
            {
                labels.Append(',');
            }
            foreach (var c in key)
            {
                labels.Append(char.IsAsciiLetterOrDigit(c) ? c : '_');
            }
            labels.Append("=\"");
            var shown = value is bool flag
                ? (flag ? "true" : "false")
                : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
            labels
                .Append(
                    shown
                        .Replace("\\", "\\\\", StringComparison.Ordinal)
                        .Replace("\"", "\\\"", StringComparison.Ordinal)
                        .Replace("\n", "\\n", StringComparison.Ordinal)
                )
                .Append('"');
        }
        return labels.ToString();
    }
}
