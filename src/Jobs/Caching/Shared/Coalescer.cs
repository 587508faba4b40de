namespace Jobs.Caching.Shared;

/// <summary>
/// Puts what is asked at the same time into one statement: one that comes alone goes at once and on its caller's own
/// thread; those that come while all lanes are busy share the next statement. Thread-safe.
/// </summary>
/// <param name="lanes">Statements at once.</param>
/// <param name="most">Requests of one statement.</param>
/// <param name="weigh">Bytes of a request; a statement has a megabyte of them, or one request.</param>
/// <param name="execute">Answers requests, in their order. Where it fails, all of them have failed.</param>
internal sealed class Coalescer<TRequest, TAnswer>(
    int lanes,
    int most,
    Func<TRequest, int> weigh,
    Func<IReadOnlyList<TRequest>, Task<IReadOnlyList<TAnswer>>> execute
)
{
    private const int MostBytes = 1024 * 1024;

    // What waits for longer than its caller does is the database's trouble made worse.
    private const int MostWaiting = 20_000;

    private readonly Lock gate = new();
    private readonly Queue<Waiting> queue = new();
    private int busy;

    /// <summary>Ends with the answer, or with what went wrong; never synchronously with an exception.</summary>
    /// <param name="isWanted">Asked before the statement starts; null where it is wanted in any case.</param>
    public Task<TAnswer> AskAsync(TRequest request, Func<bool>? isWanted = null)
    {
        var waiting = new Waiting(request, isWanted);
        lock (gate)
        {
            if (queue.Count >= MostWaiting)
            {
                return Task.FromException<TAnswer>(
                    new TimeoutException("Too much waits for the database.")
                );
            }
            queue.Enqueue(waiting);
            if (busy == lanes)
            {
                return waiting.Done.Task;
            }
            busy++;
        }
        _ = RunAsync();
        return waiting.Done.Task;
    }

    private async Task RunAsync()
    {
        while (Take() is { Count: > 0 } group)
        {
            try
            {
                var answers = await execute(group.ConvertAll(w => w.Request));
                for (var i = 0; i < group.Count; i++)
                {
                    group[i].Done.SetResult(answers[i]);
                }
            }
            catch (Exception e)
            {
                group.ForEach(w => w.Fail(e));
            }
        }
    }

    // None where this lane is to end: whoever comes afterwards starts it again.
    private List<Waiting> Take()
    {
        var group = new List<Waiting>();
        var bytes = 0L;
        lock (gate)
        {
            while (group.Count < most && queue.TryPeek(out var next))
            {
                if (next.IsWanted?.Invoke() == false)
                {
                    queue.Dequeue().Fail(new TimeoutException("Nobody waits for it any more."));
                    continue;
                }
                bytes += weigh(next.Request);
                if (group.Count > 0 && bytes > MostBytes)
                {
                    break;
                }
                group.Add(queue.Dequeue());
            }
            if (group.Count == 0)
            {
                busy--;
            }
        }
        return group;
    }

    private sealed record Waiting(TRequest Request, Func<bool>? IsWanted)
    {
        public TaskCompletionSource<TAnswer> Done { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);

        // Its caller may be gone: that the failure was looked at is said here.
        public void Fail(Exception exception)
        {
            Done.SetException(exception);
            _ = Done.Task.Exception;
        }
    }
}
