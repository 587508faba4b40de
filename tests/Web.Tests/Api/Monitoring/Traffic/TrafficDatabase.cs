using Jobs.Testing;

namespace Jobs.Web.Tests.Api.Monitoring.Traffic;

/// <summary>What traffic waits for in the database.</summary>
internal static class TrafficDatabase
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>Waits until a statement says true.</summary>
    public static async Task UntilAsync(
        this TestDatabase database,
        string sql,
        CancellationToken cancellationToken,
        params object[] values
    )
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await database.ScalarAsync<bool>(sql, cancellationToken, values))
        {
            if (TimeProvider.System.GetElapsedTime(started) > Patience)
            {
                throw new TimeoutException(sql);
            }
            await Task.Delay(LookInterval, TimeProvider.System, cancellationToken);
        }
    }
}
