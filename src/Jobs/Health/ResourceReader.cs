using System.Diagnostics;
using Microsoft.Extensions.Options;

namespace Jobs.Health;

/// <summary>What the process and its machine have and use. Thread-safe.</summary>
public sealed class ResourceReader(IOptions<JobsOptions> options, TimeProvider time)
{
    private readonly Lock gate = new();
    private TimeSpan cpu = Environment.CpuUsage.TotalTime;
    private long at = time.GetTimestamp();
    private double? share;

    /// <summary>As of now; the share of processors is that since the look before, of a second at least.</summary>
    public ResourceReport Read()
    {
        using var process = Process.GetCurrentProcess();
        var memory = GC.GetGCMemoryInfo();
        var drive = DiskUse.Drive(options.Value.DataDirectory);
        return new ResourceReport(
            new(
                Environment.ProcessorCount,
                CpuShare(),
                (long)Environment.CpuUsage.TotalTime.TotalMilliseconds
            ),
            new(
                process.WorkingSet64,
                GC.GetTotalMemory(forceFullCollection: false),
                memory.TotalCommittedBytes,
                memory.TotalAvailableMemoryBytes
            ),
            new(
                GC.CollectionCount(0),
                GC.CollectionCount(1),
                GC.CollectionCount(2),
                memory.PauseTimePercentage,
                GC.GetTotalAllocatedBytes()
            ),
            new(
                process.Threads.Count,
                ThreadPool.ThreadCount,
                ThreadPool.PendingWorkItemCount,
                ThreadPool.CompletedWorkItemCount
            ),
            drive is null ? null : new(drive.TotalSize, drive.AvailableFreeSpace),
            new DateTimeOffset(process.StartTime.ToUniversalTime(), TimeSpan.Zero),
            time.GetUtcNow()
        );
    }

    private double? CpuShare()
    {
        lock (gate)
        {
            var elapsed = time.GetElapsedTime(at);
            if (elapsed >= TimeSpan.FromSeconds(1))
            {
                var used = Environment.CpuUsage.TotalTime;
                share = (used - cpu) / elapsed / Environment.ProcessorCount;
                (cpu, at) = (used, time.GetTimestamp());
            }
            return share is { } known ? Math.Round(known, 4) : null;
        }
    }
}

/// <summary>Resources of the node that answers. Sizes are bytes.</summary>
/// <param name="Disk">Of the data directory; null where it is not known.</param>
public sealed record ResourceReport(
    CpuUse Cpu,
    MemoryUse Memory,
    GarbageCollections Gc,
    ThreadUse Threads,
    DiskSpace? Disk,
    DateTimeOffset StartedAt,
    DateTimeOffset At
);

/// <summary>Time of processors.</summary>
/// <param name="Share">Of all processors, 0 to 1; null before the second look.</param>
public sealed record CpuUse(int Processors, double? Share, long TotalMs);

public sealed record MemoryUse(long WorkingSet, long Heap, long Committed, long Available);

public sealed record GarbageCollections(
    int Gen0,
    int Gen1,
    int Gen2,
    double PausePercent,
    long AllocatedBytes
);

public sealed record ThreadUse(int Process, int Pool, long Pending, long Completed);

public sealed record DiskSpace(long Total, long Free);
