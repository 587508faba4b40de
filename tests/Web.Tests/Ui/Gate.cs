using Jobs.Kinds;

namespace Jobs.Web.Tests.Ui;

/// <summary>Lets items through one by one, so that a test sees each step of a batch.</summary>
internal sealed class Gate : IDisposable
{
    private readonly SemaphoreSlim _succeed = new(0);
    private readonly SemaphoreSlim _fail = new(0);

    /// <summary>Lets this many items succeed.</summary>
    public void Succeed(int items) => _succeed.Release(items);

    /// <summary>Lets this many items fail.</summary>
    public void Fail(int items) => _fail.Release(items);

    /// <summary>Waits to be let through; whether the item is to succeed.</summary>
    public async Task<bool> PassAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var succeed = _succeed.WaitAsync(stop.Token);
        var fail = _fail.WaitAsync(stop.Token);
        var first = await Task.WhenAny(succeed, fail);
        await stop.CancelAsync();
        // A pass that came in the same moment as the other belongs to the next item.
        await Task.WhenAny(Task.WhenAll(succeed, fail));
        if (succeed.IsCompletedSuccessfully && fail.IsCompletedSuccessfully)
        {
            (first == succeed ? _fail : _succeed).Release();
        }
        await first;
        return first == succeed;
    }

    public void Dispose()
    {
        _succeed.Dispose();
        _fail.Dispose();
    }
}

/// <summary>Does what the gate says.</summary>
internal sealed class GatedHandler(Gate gate) : IItemHandler
{
    public async ValueTask<ItemOutcome> HandleAsync(
        Item item,
        CancellationToken cancellationToken
    ) =>
        await gate.PassAsync(cancellationToken)
            ? ItemOutcome.Success()
            : ItemOutcome.Failure("turned_away", "The gate <b>was</b> shut.");
}
