using Jobs.Auditing;
using Jobs.Kinds.Cleanup;
using Jobs.Monitoring.Samples;
using Jobs.Monitoring.Tallies;
using Jobs.Notifications;
using Jobs.Recurring;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

public static class CleanupServiceCollectionExtensions
{
    /// <summary>Adds the kind <c>cleanup</c>, and the schedule that submits it every five minutes.</summary>
    public static IServiceCollection AddCleanup(this IServiceCollection services)
    {
        services.AddSingleton<CacheCleanup>();
        services.AddSingleton<BatchCleanup>();
        services.AddSingleton<PartitionCleanup>();
        services.AddSingleton<OriginalCleanup>();
        services.AddSingleton<IdempotencyCleanup>();
        services.TryAddSingleton<TallyFold>();
        services.AddSingleton<SampleRollup>();
        services.AddOptions<AuditOptions>().BindConfiguration(AuditOptions.Section);
        services.AddSingleton<AuditCleanup>();
        services.AddOptions<NotificationOptions>().BindConfiguration(NotificationOptions.Section);
        services.AddSingleton<NotificationCleanup>();
        services.AddSingleton<RateLimitCleanup>();
        services.AddSingleton(new BuiltInSchedule("cleanup", "*/5 * * * *", "cleanup", "{}"));
        return services.AddKind<CleanupHandler>(
            "cleanup",
            kind =>
            {
                kind.ItemsPerPage = 1;
                kind.AdminOnly = true;
                kind.ItemTimeout = TimeSpan.FromMinutes(10);
            }
        );
    }
}
