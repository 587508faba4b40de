namespace Jobs.Engine;

/// <summary>What a tenant may have of the workers. Written to its row at the start of a process; a tenant that is not named keeps what its row says.</summary>
public sealed class TenantOptions
{
    /// <summary>Its share against those of others, 1 to 1000. Default 1.</summary>
    public int Weight { get; set; } = 1;

    /// <summary>Most of its chunks that run at once, over all workers; null for no limit.</summary>
    public int? MaxRunning { get; set; }

    internal bool IsValid => Weight is >= 1 and <= 1000 && MaxRunning is null or >= 1;
}
