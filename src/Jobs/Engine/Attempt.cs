using Jobs.Kinds;

namespace Jobs.Engine;

/// <summary>How one execution of an item ended: with a result, with an error, or stopped before its end.</summary>
internal readonly struct Attempt
{
    private Attempt(ReadOnlyMemory<byte> result, ItemError? error, bool stopped)
    {
        Result = result;
        Error = error;
        IsStopped = stopped;
    }

    public static Attempt Stopped => new(default, null, stopped: true);

    public ReadOnlyMemory<byte> Result { get; }

    public ItemError? Error { get; }

    public bool IsStopped { get; }

    public static Attempt Ended(ItemOutcome outcome) =>
        new(outcome.Result, outcome.Error, stopped: false);

    public static Attempt Failed(ItemError error) => new(default, error, stopped: false);
}
