namespace Jobs.Engine;

/// <summary>What came of a <see cref="LeaseRequest"/>.</summary>
/// <param name="Chunks">What the worker holds now, in the order of its turns.</param>
/// <param name="Waiting">The tenants that had something ready.</param>
/// <param name="NextTenant">With which tenant the next lease goes on, where this one did not see all queues; else 0.</param>
/// <param name="Floor">The lowest rank that it saw ready, or that of what comes now.</param>
internal sealed record Lease(List<LeasedChunk> Chunks, int[] Waiting, int NextTenant, long Floor);
