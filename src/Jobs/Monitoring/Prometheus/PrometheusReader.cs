using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Jobs.Monitoring.Prometheus;

/// <summary>Collects the metrics of this process when somebody asks, one at a time. Thread-safe.</summary>
internal sealed class PrometheusReader : BaseExportingMetricReader
{
    /// <summary>Most lines that one answer has.</summary>
    public const int MostSeries = 10_000;

    private readonly Exporter pull;
    private readonly Lock gate = new();

    public PrometheusReader()
        : this(new Exporter()) { }

    private PrometheusReader(Exporter exporter)
        : base(exporter) => pull = exporter;

    /// <summary>The metrics as of now.</summary>
    public string Read()
    {
        lock (gate)
        {
            pull.Collect!(Timeout.Infinite);
            return pull.Text;
        }
    }

    [ExportModes(ExportModes.Pull)]
    private sealed class Exporter : BaseExporter<Metric>, IPullMetricExporter
    {
        private readonly PrometheusText writer = new(MostSeries);

        public string Text { get; private set; } = "";

        public Func<int, bool>? Collect { get; set; }

        public override ExportResult Export(in Batch<Metric> batch)
        {
            Text = writer.Write(batch);
            return ExportResult.Success;
        }
    }
}
