using Jobs.Database;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Jobs.Engine;

/// <summary>Writes what the configuration says of tenants into their rows, once, at the start.</summary>
internal sealed class TenantSettings(
    JobsDataSource database,
    DatabaseReadiness readiness,
    IOptions<SharingOptions> options,
    TimeProvider time,
    ILogger<TenantSettings> log
) : BackgroundService
{
    private const string Write = """
        insert into jobs.tenants (name, weight, max_running)
        select * from unnest($1::text[], $2::int[], $3::int[])
        on conflict (name) do update set weight = excluded.weight, max_running = excluded.max_running
        where (tenants.weight, tenants.max_running) is distinct from (excluded.weight, excluded.max_running)
        """;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var tenants = options.Value.Tenants;
        if (tenants.Count == 0)
        {
            return;
        }
        await readiness.Migrated.WaitAsync(stoppingToken);
        while (true)
        {
            try
            {
                await using var command = database.Requests.CreateCommand(Write);
                command.Parameters.Add(new() { Value = tenants.Keys.ToArray() });
                command.Parameters.Add(
                    new() { Value = tenants.Values.Select(t => t.Weight).ToArray() }
                );
                command.Parameters.Add(
                    new() { Value = tenants.Values.Select(t => t.MaxRunning).ToArray() }
                );
                await command.ExecuteNonQueryAsync(stoppingToken);
                return;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                log.TenantSettingsFailed(e);
                await Task.Delay(Pause, time, stoppingToken);
            }
        }
    }
}
