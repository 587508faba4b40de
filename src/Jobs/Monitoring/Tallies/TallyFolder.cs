using Jobs.Database;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Jobs.Monitoring.Tallies;

/// <summary>
/// Folds tallies soon after each minute; one of all processes does it, and where none does, <c>cleanup</c>. While the
/// database is away they wait there.
/// </summary>
internal sealed class TallyFolder(
    TallyFold fold,
    DatabaseReadiness readiness,
    IOptions<MetricsOptions> options,
    TimeProvider time,
    ILogger<TallyFolder> log
) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    // What is committed as its minute ends is there by then.
    private static readonly TimeSpan After = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.Samples)
        {
            return;
        }
        await readiness.Migrated.WaitAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var left = Interval - TimeSpan.FromTicks(time.GetUtcNow().Ticks % Interval.Ticks);
                await Task.Delay(left + After, time, stoppingToken);
                await fold.RunAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                log.TalliesNotFolded(e);
            }
        }
    }
}
