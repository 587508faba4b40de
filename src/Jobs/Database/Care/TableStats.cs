namespace Jobs.Database.Care;

/// <summary>A table, or a partition of one.</summary>
/// <param name="BloatBytes">
/// What its heap has beyond what its rows need, estimated from the statistics of its columns; null where it was never
/// analysed.
/// </param>
/// <param name="ModifiedRows">Since it was analysed last.</param>
/// <param name="TransactionAge">Transactions since its rows were last all frozen.</param>
public sealed record TableStats(
    string Name,
    long LiveRows,
    long DeadRows,
    long ModifiedRows,
    long SizeBytes,
    long HeapBytes,
    long IndexBytes,
    long? BloatBytes,
    long SequentialScans,
    long IndexScans,
    DateTimeOffset? VacuumedAt,
    DateTimeOffset? AnalyzedAt,
    long TransactionAge
);
