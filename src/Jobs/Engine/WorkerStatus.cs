using Jobs.Batches;

namespace Jobs.Engine;

/// <summary>A worker as the database knows it.</summary>
/// <param name="State"><c>active</c>, or <c>stopping</c>: it takes nothing more.</param>
/// <param name="RunningChunks">Chunks that it holds.</param>
/// <param name="RunningItems">Their items.</param>
/// <param name="IsAlive">Whether its leases hold.</param>
public sealed record WorkerStatus(
    Guid Id,
    string Host,
    int ProcessId,
    string Version,
    int Slots,
    int RunningChunks,
    int RunningItems,
    IReadOnlyList<string> Kinds,
    IReadOnlyList<Priority> Priorities,
    string State,
    bool IsAlive,
    DateTimeOffset StartedAt,
    DateTimeOffset HeartbeatAt,
    TimeSpan HeartbeatAge
);
