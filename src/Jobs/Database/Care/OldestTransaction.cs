namespace Jobs.Database.Care;

/// <summary>The transaction that has been open longest: what died since then cannot be cleaned up.</summary>
public sealed record OldestTransaction(
    int ProcessId,
    string Application,
    string State,
    double Seconds
);
