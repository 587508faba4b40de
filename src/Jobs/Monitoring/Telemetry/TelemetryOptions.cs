namespace Jobs.Monitoring.Telemetry;

/// <summary>What this process tells other systems of itself; section <c>Jobs:Telemetry</c>.</summary>
public sealed class TelemetryOptions
{
    public const string Section = "Jobs:Telemetry";

    /// <summary>
    /// Where metrics and traces are sent by OTLP, such as <c>http://localhost:4317</c>; empty for nowhere, the default.
    /// </summary>
    public string? OtlpEndpoint { get; set; }

    /// <summary>How they are sent: <c>grpc</c>, the default, or <c>http/protobuf</c>.</summary>
    public string OtlpProtocol { get; set; } = "grpc";

    /// <summary>Share of the traces that begin here which are recorded, 0 to 1; a caller's decision is kept. Default 1.</summary>
    public double TraceRatio { get; set; } = 1;

    /// <summary>
    /// Whether anybody may read <c>/metrics</c> of the web host. Otherwise only an administrator's key or somebody on
    /// the same machine. Default false.
    /// </summary>
    public bool PublicMetrics { get; set; }

    /// <summary>The port on which a worker host serves <c>/metrics</c>; 0, the default, for none.</summary>
    public int WorkerPort { get; set; }

    /// <summary>The address of that port. Default 127.0.0.1.</summary>
    public string WorkerAddress { get; set; } = "127.0.0.1";

    internal bool IsValid =>
        (string.IsNullOrEmpty(OtlpEndpoint) || Uri.TryCreate(OtlpEndpoint, UriKind.Absolute, out _))
        && OtlpProtocol is "grpc" or "http/protobuf"
        && TraceRatio is >= 0 and <= 1
        && WorkerPort is >= 0 and <= 65_535
        && System.Net.IPAddress.TryParse(WorkerAddress, out _);
}
