namespace Jobs.Monitoring.Samples;

/// <summary>A part of this process that counts something.</summary>
internal interface ISampleSource
{
    /// <summary>Adds what it has counted since the last time; one caller at a time.</summary>
    void Collect(SampleSlice slice);
}
