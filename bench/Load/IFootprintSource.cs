namespace Jobs.Bench.Load;

/// <summary>Knows what a service occupies: one on this machine, or one that says so itself.</summary>
internal interface IFootprintSource
{
    Task<Look> LookAsync();
}

/// <summary>What a service occupies at a moment; not a number where that is not known.</summary>
internal sealed record Look(double Megabytes, double Files, double Threads, double Connections);
