using Jobs.Batches;
using Jobs.Engine;
using Jobs.Kinds;
using Microsoft.Extensions.DependencyInjection;

namespace Jobs.Testing;

/// <summary>How an <see cref="EngineHost"/> differs from a host that works quickly and whose items all succeed.</summary>
public sealed record EngineHostOptions
{
    /// <summary>Executes an item of the kind <see cref="EngineHost.Kind"/>.</summary>
    public Func<Item, CancellationToken, ValueTask<ItemOutcome>> Handle { get; init; } =
        (_, _) => ValueTask.FromResult(ItemOutcome.Success());

    public Func<ReadOnlyMemory<byte>, IReadOnlyList<FieldError>> Validate { get; init; } = _ => [];

    public Action<Kind> Kind { get; init; } = _ => { };

    public Action<EngineOptions> Engine { get; init; } = _ => { };

    public Action<BatchOptions> Batches { get; init; } = _ => { };

    public Action<IServiceCollection> Services { get; init; } = _ => { };
}
