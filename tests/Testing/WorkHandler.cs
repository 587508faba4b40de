using Jobs.Kinds;

namespace Jobs.Testing;

/// <summary>Does what a test says.</summary>
public sealed class WorkHandler(EngineHostOptions options) : IItemHandler
{
    public ValueTask<ItemOutcome> HandleAsync(Item item, CancellationToken cancellationToken) =>
        options.Handle(item, cancellationToken);

    public IReadOnlyList<FieldError> Validate(ReadOnlyMemory<byte> payload) =>
        options.Validate(payload);
}
