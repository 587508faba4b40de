namespace Jobs.Batches;

/// <summary>Why a batch is cancelled; the names in lower case are those of <see cref="SteerStatements.Cancel"/>.</summary>
internal enum CancelCause
{
    /// <summary>Somebody asked for it.</summary>
    Caller,

    /// <summary>Its time is over: it ends expired.</summary>
    Deadline,

    /// <summary>It was to start only if another batch succeeded, which did not.</summary>
    Predecessor,
}
