namespace Jobs.Database;

/// <summary>
/// Whether the database keeps those waiting who can go on without it, the rate limits and the cache: raised by the first
/// whose patience is over, until what it waited for has ended. Meanwhile nobody waits who would read the cache, and
/// those who do are woken, so that a request which needs both does not wait for the one after the other. Thread-safe.
/// </summary>
internal sealed class DatabaseDoubt : IDisposable
{
    private readonly Lock gate = new();
    private CancellationTokenSource raised = new();
    private int doubted;

    public bool IsRaised => Volatile.Read(ref doubted) > 0;

    /// <summary>Raises it until something has ended, which must be certain to end.</summary>
    public void RaiseUntil(Task end)
    {
        CancellationTokenSource? wake = null;
        lock (gate)
        {
            if (doubted++ == 0)
            {
                wake = raised;
            }
        }
        // Those who wake go on on threads of their own.
        _ = wake?.CancelAsync();
        _ = end.ContinueWith(
            static (_, doubt) => ((DatabaseDoubt)doubt!).Lift(),
            this,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default
        );
    }

    /// <summary>Waits for a statement for as long as the request has patience, and raises the doubt where that ends first.</summary>
    /// <exception cref="TimeoutException">The patience was over.</exception>
    /// <exception cref="DatabaseDoubtException">That of somebody else was.</exception>
    public async Task<T> WaitAsync<T>(
        Task<T> statement,
        TimeSpan patience,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(
            cancellationToken,
            Volatile.Read(ref raised).Token
        );
        try
        {
            return await statement.WaitAsync(RequestWait.Left(patience), time, either.Token);
        }
        catch (TimeoutException) when (!statement.IsCompleted)
        {
            RaiseUntil(statement);
            throw;
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new DatabaseDoubtException(e);
        }
    }

    public void Dispose() => raised.Dispose();

    private void Lift()
    {
        lock (gate)
        {
            if (--doubted == 0)
            {
                // Without a timer there is nothing of the former to give back.
                raised = new CancellationTokenSource();
            }
        }
    }
}
