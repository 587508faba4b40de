namespace Jobs.Database.Care;

/// <summary>Connections of one pool that are in one state.</summary>
/// <param name="Application">The name of the pool.</param>
/// <param name="State">As PostgreSQL calls it: <c>active</c>, <c>idle</c>, <c>idle in transaction</c>.</param>
public sealed record ConnectionCount(string Application, string State, int Count);
