namespace Jobs.Database.Care;

/// <summary>How far a replica is behind.</summary>
/// <param name="Bytes">Of the log, that it has not replayed.</param>
/// <param name="Seconds">As it reported last; null where it has nothing to replay.</param>
public sealed record ReplicaLag(string Name, string State, long? Bytes, double? Seconds);
