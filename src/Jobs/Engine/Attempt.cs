using Jobs.Kinds;

namespace Jobs.Engine;

/// <summary>How one execution of an item ended: with a result, with an error, or stopped before its end.</summary>
internal readonly struct Attempt
{
    private Attempt(ReadOnlyMemory<byte> result, ItemError? error, bool stopped, bool trusted)
    {
        Result = result;
        Error = error;
        IsStopped = stopped;
        IsTrusted = trusted;
    }

    public static Attempt Stopped => new(default, null, stopped: true, trusted: true);

    public ReadOnlyMemory<byte> Result { get; }

    public ItemError? Error { get; }

    public bool IsStopped { get; }

    /// <summary>Whether the result is known to be JSON.</summary>
    public bool IsTrusted { get; }

    public static Attempt Ended(ItemOutcome outcome) =>
        new(outcome.Result, outcome.Error, stopped: false, outcome.IsTrusted);

    public static Attempt Failed(ItemError error) =>
        new(default, error, stopped: false, trusted: true);
}
