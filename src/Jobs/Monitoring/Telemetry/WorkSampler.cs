using System.Diagnostics;
using OpenTelemetry.Trace;

namespace Jobs.Monitoring.Telemetry;

/// <summary>
/// Which traces are recorded: what the one before decided, and of those that begin here a share. What begins with a
/// statement is none: loops that look for work would drown the work.
/// </summary>
internal sealed class WorkSampler(double ratio) : OpenTelemetry.Trace.Sampler
{
    private readonly ParentBasedSampler others = new(new TraceIdRatioBasedSampler(ratio));

    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) =>
        samplingParameters.ParentContext.TraceId == default
        && samplingParameters.Kind == ActivityKind.Client
            ? new SamplingResult(SamplingDecision.Drop)
            : others.ShouldSample(samplingParameters);
}
