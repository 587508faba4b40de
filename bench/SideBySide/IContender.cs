namespace Jobs.Bench.SideBySide;

/// <summary>One of those that are measured side by side, on the same database. It runs only while it is its turn.</summary>
internal interface IContender
{
    string Name { get; }

    /// <summary>Of its tables.</summary>
    string DatabaseSchema { get; }

    /// <summary>Whether it has handlers of its own: otherwise there is neither work in them nor a pick-up.</summary>
    bool HasHandlers { get; }

    /// <summary>How many times more items it gets, so that its run is not over before it is measured.</summary>
    int Factor(Shape shape);

    Task StartAsync(Shape shape);

    /// <summary>Submits items while they are processed; returns when all are settled, and each was executed once.</summary>
    /// <exception cref="DeliveryException">An item was lost or doubled.</exception>
    Task<Work> RunAsync(Shape shape, int items);

    /// <summary>From submission to handler, in milliseconds, one job after the other on the idle service.</summary>
    Task<IReadOnlyList<double>> PickUpAsync(int jobs);

    Task StopAsync();
}

/// <summary>What came of a run.</summary>
/// <param name="ClientCpu">Processor time of the process that submits and processes.</param>
/// <param name="MeanItemMs">How long an item was in its handler, in milliseconds; 0 where it does nothing.</param>
internal sealed record Work(TimeSpan Elapsed, TimeSpan ClientCpu, double MeanItemMs);

/// <summary>Items were lost or doubled.</summary>
internal sealed class DeliveryException(string message) : Exception(message);
