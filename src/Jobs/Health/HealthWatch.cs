using Jobs.Database;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Jobs.Health;

/// <summary>Tells those who run the service when its health changed, once, whichever process finds it.</summary>
internal sealed class HealthWatch(
    JobsDataSource database,
    DatabaseReadiness readiness,
    HealthExaminer examiner,
    IOptions<HealthOptions> options,
    TimeProvider time,
    ILogger<HealthWatch> log
) : BackgroundService
{
    /// <summary>Looks, unless another process did in this interval; says whether it did.</summary>
    internal async Task<bool> LookAsync(CancellationToken cancellationToken)
    {
        await using (var claim = database.Requests.CreateCommand(HealthStatements.Claim))
        {
            // A moment less than the interval, in which every process wakes.
            claim.Parameters.Add(new() { Value = options.Value.Interval * 0.9 });
            if (await claim.ExecuteScalarAsync(cancellationToken) is null)
            {
                return false;
            }
        }
        var report = await examiner.ExamineAsync(cancellationToken);
        await EnterAsync(report, cancellationToken);
        return true;
    }

    internal async Task EnterAsync(HealthReport report, CancellationToken cancellationToken)
    {
        await using var enter = database.Requests.CreateCommand(HealthStatements.Enter);
        enter.Parameters.Add(new() { Value = report.Status });
        enter.Parameters.Add(new() { Value = report.Score });
        await enter.ExecuteNonQueryAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await readiness.Migrated.WaitAsync(stoppingToken);
        while (true)
        {
            await Task.Delay(options.Value.Interval, time, stoppingToken);
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                log.NotLooked(e);
            }
        }
    }
}
