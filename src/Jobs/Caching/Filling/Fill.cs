namespace Jobs.Caching.Filling;

/// <summary>One computation of a value, for all of this process who want it.</summary>
internal abstract class Fill(CacheKey key, string[] tags)
{
    private volatile bool isVoid;
    private volatile bool isReading;
    private long token;

    public CacheKey Key { get; } = key;

    /// <summary>Qualified by their tenant.</summary>
    public string[] Tags { get; } = tags;

    /// <summary>Before its source was read, by the clock of the database in microseconds; zero where that is not known.</summary>
    public long Token
    {
        get => Volatile.Read(ref token);
        set => Volatile.Write(ref token, value);
    }

    /// <summary>Whether its value was removed before it was there: it is answered to who waits, and not kept.</summary>
    public bool IsVoid => isVoid;

    public void MakeVoid() => isVoid = true;

    /// <summary>Whether it is at the database, where the value may have other tags than these.</summary>
    public bool IsReading
    {
        get => isReading;
        set => isReading = value;
    }

    /// <summary>Whether its value may come to carry a tag.</summary>
    public bool MayCarry(Func<string, bool> tag) => isReading || Tags.Any(tag);
}

/// <summary>The same with the type of its value. Thread-safe.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage(
    "Design",
    "CA1001",
    Justification = "The token may be cancelled after the end; without a timer there is nothing to give back."
)]
internal sealed class Fill<T>(CacheKey key, string[] tags, bool isDetached) : Fill(key, tags)
{
    private readonly TaskCompletionSource<CacheAnswer<T>> answer = new(
        TaskCreationOptions.RunContinuationsAsynchronously
    );

    private readonly CancellationTokenSource abandoned = new();
    private readonly Lock gate = new();
    private int waiting = isDetached ? 0 : 1;
    private bool isDead;

    /// <summary>Cancelled when nobody waits any more.</summary>
    public CancellationToken Abandoned => abandoned.Token;

    /// <summary>Whether its answer is what memory had before, in place of a source that failed.</summary>
    public bool IsFromMemory { get; set; }

    /// <summary>The serialised value, for those who need a copy of their own; null where there is none.</summary>
    public byte[]? Payload { get; set; }

    public bool IsAnswered => answer.Task.IsCompleted;

    /// <summary>One more waits; false where it is too late.</summary>
    public bool TryJoin()
    {
        lock (gate)
        {
            if (isDead || IsVoid)
            {
                return false;
            }
            waiting++;
            return true;
        }
    }

    public void Answer(CacheAnswer<T> value) => answer.TrySetResult(value);

    public void Fail(Exception exception)
    {
        if (exception is OperationCanceledException && abandoned.IsCancellationRequested)
        {
            answer.TrySetCanceled(abandoned.Token);
            return;
        }
        if (answer.TrySetException(exception))
        {
            // Nobody may wait for it any more: it was looked at.
            _ = answer.Task.Exception;
        }
    }

    /// <summary>Waits for the answer; the last one to go away before it takes the computation along.</summary>
    public async Task<CacheAnswer<T>> WaitAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await answer.Task.WaitAsync(cancellationToken);
        }
        finally
        {
            if (IsLast())
            {
                await abandoned.CancelAsync();
            }
        }
    }

    private bool IsLast()
    {
        lock (gate)
        {
            isDead = --waiting == 0 && !isDetached && !IsAnswered;
            if (isDead)
            {
                // Whoever begins anew takes its place, and no removal finds it any more.
                MakeVoid();
            }
            return isDead;
        }
    }
}
