namespace Jobs.Testing.Chaos;

/// <summary>Waits for a statement that carries certain bytes, once. Thread-safe.</summary>
internal sealed class AnswerTrap(ReadOnlyMemory<byte> bytes)
{
    private readonly TaskCompletionSource sprung = new(
        TaskCreationOptions.RunContinuationsAsynchronously
    );
    private int taken;

    public Task Sprung => sprung.Task;

    /// <summary>Whether this is what it waited for.</summary>
    public bool Takes(ReadOnlySpan<byte> sent) =>
        sent.IndexOf(bytes.Span) >= 0 && Interlocked.Exchange(ref taken, 1) == 0;

    public void Spring() => sprung.TrySetResult();
}
