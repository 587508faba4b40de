using System.Reflection;
using Jobs.Caching;
using Jobs.Database;
using Jobs.Engine;
using Jobs.Resilience;

namespace Jobs.Web.Api;

/// <summary>Asks the database how it is, at most twice a second whoever asks. Thread-safe.</summary>
internal sealed class HealthReader(
    WorkerReader workers,
    DatabaseReadiness readiness,
    Breakers breakers,
    CacheStore cache,
    TimeProvider time
) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1.5);
    private static readonly string Version =
        typeof(HealthReader)
            .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
            ?.InformationalVersion
        ?? "unknown";

    private readonly SemaphoreSlim one = new(1, 1);
    private HealthAnswer? answer;
    private long at;

    public async Task<HealthAnswer> ReadAsync(CancellationToken cancellationToken)
    {
        await one.WaitAsync(cancellationToken);
        try
        {
            if (answer is null || time.GetElapsedTime(at) > Interval)
            {
                answer = await AskAsync(cancellationToken);
                at = time.GetTimestamp();
            }
            return answer;
        }
        finally
        {
            one.Release();
        }
    }

    public void Dispose() => one.Dispose();

    // Whether values are shared: without the database each node has its own.
    private string Cache => cache.IsShared ? "ok" : "local";

    private async Task<HealthAnswer> AskAsync(CancellationToken cancellationToken)
    {
        if (!readiness.IsReady)
        {
            return Answer("down", "down", 0);
        }
        try
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            deadline.CancelAfter(Patience);
            var (alive, _) = await workers.CountAsync(deadline.Token);
            return Answer(alive > 0 ? "ok" : "degraded", "ok", alive);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return Answer("down", "down", 0);
        }
    }

    // A receiver of webhooks that is away says nothing of this service: breakers are shown and do not degrade it.
    private HealthAnswer Answer(string status, string database, int workers) =>
        new(status, database, Cache, workers, breakers.Summary(), Version);
}
