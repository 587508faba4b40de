using Jobs.Kinds;

namespace Jobs.Engine;

/// <summary>Settings of a kind by the operator; what is null stays as the program has it. See <see cref="Kind"/>.</summary>
public sealed class KindOptions
{
    public int? ItemsPerPage { get; set; }

    public int? Concurrency { get; set; }

    public int? MaxRunningPerWorker { get; set; }

    public int? MaxRunning { get; set; }

    public TimeSpan? ItemTimeout { get; set; }

    internal void ApplyTo(Kind kind)
    {
        kind.ItemsPerPage = ItemsPerPage ?? kind.ItemsPerPage;
        kind.Concurrency = Concurrency ?? kind.Concurrency;
        kind.MaxRunningPerWorker = MaxRunningPerWorker ?? kind.MaxRunningPerWorker;
        kind.MaxRunning = MaxRunning ?? kind.MaxRunning;
        kind.ItemTimeout = ItemTimeout ?? kind.ItemTimeout;
    }
}
