using System.Diagnostics;
using System.Globalization;

namespace Jobs.Database;

/// <summary>A running server that we started.</summary>
internal sealed class Postmaster
{
    private const int StackSize = 256 * 1024;
    private readonly TaskCompletionSource<int> _started = new(
        TaskCreationOptions.RunContinuationsAsynchronously
    );
    private readonly TaskCompletionSource<int> _exited = new(
        TaskCreationOptions.RunContinuationsAsynchronously
    );

    // The first error before its log file was opened: why it did not start.
    private volatile string _lastWords = "";

    private Postmaster() { }

    public int ProcessId { get; private set; }

    /// <summary>Its exit code, once it has ended, for whatever reason.</summary>
    public Task<int> Exited => _exited.Task;

    /// <summary>What there is to say of its end.</summary>
    public IOException Ended(int exitCode) =>
        new(
            string.Create(
                    CultureInfo.InvariantCulture,
                    $"PostgreSQL (process {ProcessId}) ended by itself with exit code {exitCode}. {_lastWords}"
                )
                .TrimEnd()
        );

    public static async Task<Postmaster> StartAsync(ProcessStartInfo start, TimeProvider time)
    {
        var server = new Postmaster();
        // The signal by which the server learns of its parent's death comes when the thread that started it ends.
        // A thread of the pool may end at any time, so the server gets one that lives as long as it does.
        new Thread(() => server.Run(start, time), StackSize)
        {
            IsBackground = true,
            Name = "embedded PostgreSQL",
        }.Start();
        server.ProcessId = await server._started.Task;
        return server;
    }

    /// <summary>Ends it: open connections are cut, the cluster is left clean. Harder, should that take too long.</summary>
    public async Task StopAsync(TimeProvider time)
    {
        foreach (var signal in new[] { PosixCalls.Interrupt, PosixCalls.Quit })
        {
            if (Exited.IsCompleted)
            {
                return;
            }
            _ = PosixCalls.Signal(ProcessId, signal);
            await Task.WhenAny(Exited, Task.Delay(TimeSpan.FromSeconds(30), time));
        }
    }

    private void Run(ProcessStartInfo start, TimeProvider time)
    {
        try
        {
            start.RedirectStandardError = true;
            start.RedirectStandardInput = true;
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            _started.SetResult(process.Id);
            var errors = ReadErrorsAsync(process.StandardError);
            process.WaitForExit();
            _ = EndAsync(process.ExitCode, errors, time);
        }
        catch (Exception failure)
        {
            _started.TrySetException(failure);
            _exited.TrySetException(failure);
        }
    }

    private async Task EndAsync(int exitCode, Task errors, TimeProvider time)
    {
        // What holds the pipe open, if anything, are children of the server that are about to end.
        await Task.WhenAny(errors, Task.Delay(TimeSpan.FromSeconds(1), time));
        _exited.TrySetResult(exitCode);
    }

    private async Task ReadErrorsAsync(StreamReader errors)
    {
        try
        {
            while (await errors.ReadLineAsync() is { } line)
            {
                // Hints follow the error; the error is what is wanted.
                if (_lastWords.Length == 0 || line.Contains("FATAL", StringComparison.Ordinal))
                {
                    _lastWords = line;
                }
            }
        }
        catch (Exception failure) when (failure is IOException or ObjectDisposedException)
        {
            // The pipe went with the process.
        }
    }
}
