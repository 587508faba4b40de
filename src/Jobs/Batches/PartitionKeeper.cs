using Jobs.Database;
using Jobs.Engine;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Jobs.Batches;

/// <summary>
/// Makes the partitions of the coming weeks, in every process that may submit: a batch whose week has none is refused.
/// </summary>
internal sealed class PartitionKeeper(
    JobsDataSource database,
    DatabaseReadiness readiness,
    TimeProvider time,
    ILogger<PartitionKeeper> log
) : BackgroundService
{
    private const string Ensure = "select jobs.ensure_partitions(now(), 3)";
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await readiness.Migrated.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                await using var command = database.Requests.CreateCommand(Ensure);
                await command.ExecuteNonQueryAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // There are three weeks to try again.
                log.PartitionsNotMade(e);
            }
        } while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
