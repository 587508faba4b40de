namespace Jobs.Engine;

/// <summary>What came of a <see cref="LeaseRequest"/>.</summary>
/// <param name="Chunks">What the worker holds now, in the order of its turns.</param>
/// <param name="Waiting">The tenants that had something ready; empty where nothing was leased.</param>
internal sealed record Lease(List<LeasedChunk> Chunks, int[] Waiting);
