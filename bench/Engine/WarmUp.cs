using System.Diagnostics;

namespace Jobs.Bench.Engine;

/// <summary>
/// What runs unmeasured first. .NET compiles what is called, and again, optimised by what it saw, what is called often;
/// a service has that behind it some twenty seconds after its first load, and a bench that measures sooner measures the
/// compiler: it took 28 percent of the processor time of runs that began after three seconds.
/// </summary>
internal static class WarmUp
{
    /// <summary>How long each side works before it is measured.</summary>
    public static readonly TimeSpan Enough = TimeSpan.FromSeconds(20);

    /// <summary>Runs the work again and again until it has had its time; a run that has begun is ended.</summary>
    public static async Task RunAsync(TimeSpan time, Func<Task> work)
    {
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < time)
        {
            await work();
        }
    }
}
