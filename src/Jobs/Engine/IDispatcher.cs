namespace Jobs.Engine;

/// <summary>
/// Brings chunks to this worker when their turn or their time has come. The chunk table is the truth: of what two
/// dispatchers bring, whether of one kind or of two, only the first lease gets anything.
/// </summary>
internal interface IDispatcher
{
    /// <summary>
    /// What is to be done about what becomes due, each part on its own, when somebody says so and after the time that
    /// it returns.
    /// </summary>
    IReadOnlyList<Func<CancellationToken, Task<TimeSpan>>> Due { get; }

    /// <summary>Brings chunks until it is stopped; what it started goes on.</summary>
    /// <param name="worker">The id of this worker at the time.</param>
    /// <param name="stopping">Ends the leasing, and keeps further items of leased chunks from starting.</param>
    /// <param name="giveUp">Ends everything.</param>
    Task RunAsync(Func<Guid> worker, CancellationToken stopping, CancellationToken giveUp);
}
