namespace Jobs.Monitoring.Samples;

/// <summary>What this process uses of its machine. One caller at a time.</summary>
internal sealed class ProcessSamples(TimeProvider time) : ISampleSource
{
    private long at = time.GetTimestamp();
    private TimeSpan used = Environment.CpuUsage.TotalTime;

    public void Collect(SampleSlice slice)
    {
        var now = time.GetTimestamp();
        var total = Environment.CpuUsage.TotalTime;
        var elapsed = time.GetElapsedTime(at, now);
        if (elapsed >= TimeSpan.FromSeconds(1))
        {
            slice.Value(SampleNames.ProcessCpu, (total - used) / elapsed);
            (at, used) = (now, total);
        }
        slice.Value(SampleNames.ProcessMemory, Environment.WorkingSet);
    }
}
