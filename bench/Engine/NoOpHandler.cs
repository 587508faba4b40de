using Jobs.Kinds;

namespace Jobs.Bench.Engine;

/// <summary>Does nothing, and says so in 25 bytes.</summary>
internal sealed class NoOpHandler : IItemHandler
{
    private static readonly byte[] Result = "{\"ok\":true,\"echo\":12345}"u8.ToArray();

    /// <summary>Called with each item, before its result.</summary>
    public static Action<Item>? Observer { get; set; }

    public ValueTask<ItemOutcome> HandleAsync(Item item, CancellationToken cancellationToken)
    {
        Observer?.Invoke(item);
        return ValueTask.FromResult(ItemOutcome.SuccessJson(Result));
    }
}
