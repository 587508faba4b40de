using Jobs.Database;
using Jobs.Features;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Jobs.Notifications;

/// <summary>Writes what the configuration says is told of to where the triggers find it, once, at the start.</summary>
internal sealed class NotificationSettings(
    JobsDataSource database,
    DatabaseReadiness readiness,
    IOptions<NotificationOptions> options,
    IOptions<FeatureOptions> features,
    TimeProvider time,
    ILogger<NotificationSettings> log
) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await readiness.Migrated.WaitAsync(stoppingToken);
        while (true)
        {
            try
            {
                await using var command = database.Requests.CreateCommand(
                    NotificationStatements.Configure
                );
                command.Parameters.Add(new() { Value = options.Value.TypeNames });
                command.Parameters.Add(new() { Value = options.Value.FinishedFrom });
                command.Parameters.Add(new() { Value = features.Value.Notifications });
                await command.ExecuteNonQueryAsync(stoppingToken);
                return;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                log.SettingsNotWritten(e);
                await Task.Delay(Pause, time, stoppingToken);
            }
        }
    }
}
