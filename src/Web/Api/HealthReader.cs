using System.Reflection;
using Jobs.Caching;
using Jobs.Database;

namespace Jobs.Web.Api;

/// <summary>Asks the database how it is, at most twice a second whoever asks. Thread-safe.</summary>
internal sealed class HealthReader(
    JobsDataSource database,
    DatabaseReadiness readiness,
    CacheStore cache,
    TimeProvider time
) : IDisposable
{
    private const string LiveWorkers =
        "select count(*)::int from jobs.workers where state = 'active' and lease_until > clock_timestamp()";

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
            return new HealthAnswer("down", "down", Cache, 0, Version);
        }
        try
        {
            await using var command = database.Requests.CreateCommand(LiveWorkers);
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            deadline.CancelAfter(Patience);
            var workers = (int)(await command.ExecuteScalarAsync(deadline.Token))!;
            return new HealthAnswer(workers > 0 ? "ok" : "degraded", "ok", Cache, workers, Version);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return new HealthAnswer("down", "down", Cache, 0, Version);
        }
    }
}
