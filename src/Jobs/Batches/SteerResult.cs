namespace Jobs.Batches;

/// <summary>What came of steering a batch.</summary>
public enum SteerResult
{
    Done,

    /// <summary>It had been done before.</summary>
    Already,

    /// <summary>The batch's state does not allow it.</summary>
    Illegal,

    /// <summary>The tenant has no such batch.</summary>
    NotFound,
}
