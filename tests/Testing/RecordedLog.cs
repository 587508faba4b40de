using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Jobs.Testing;

/// <summary>Keeps what a host logs, so that a test can wait for it. Thread-safe.</summary>
public sealed class RecordedLog : ILoggerProvider
{
    private readonly ConcurrentQueue<string> entries = new();
    private readonly SemaphoreSlim added = new(0);

    public IReadOnlyCollection<string> Entries => entries;

    /// <summary>Waits for an entry that contains a text.</summary>
    public async Task<string> WaitForAsync(string text, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (
                entries.FirstOrDefault(e => e.Contains(text, StringComparison.Ordinal)) is { } found
            )
            {
                return found;
            }
            if (!await added.WaitAsync(EngineHost.Patience, cancellationToken))
            {
                throw new TimeoutException(
                    $"Nobody logged '{text}', but:\n{string.Join('\n', entries)}"
                );
            }
        }
    }

    public ILogger CreateLogger(string categoryName) => new Logger(this);

    public void Dispose() => added.Dispose();

    private sealed class Logger(RecordedLog owner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            if (IsEnabled(logLevel))
            {
                owner.entries.Enqueue($"{logLevel}: {formatter(state, exception)} {exception}");
                owner.added.Release();
            }
        }
    }
}
