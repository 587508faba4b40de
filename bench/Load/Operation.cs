namespace Jobs.Bench.Load;

/// <summary>What a caller does.</summary>
internal enum Operation
{
    /// <summary>A request that does nothing: what the others are compared with.</summary>
    Ping,

    /// <summary>A batch of ten queries.</summary>
    Submit,

    /// <summary>The status of a batch.</summary>
    Status,

    /// <summary>The outcomes of a batch.</summary>
    Results,

    /// <summary>The newest batches.</summary>
    List,

    /// <summary>One search.</summary>
    Search,

    /// <summary>Five queries, answered in the response.</summary>
    Queries,
}
