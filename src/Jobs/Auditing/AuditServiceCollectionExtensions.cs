using Jobs.Auditing;

namespace Microsoft.Extensions.DependencyInjection;

public static class AuditServiceCollectionExtensions
{
    /// <summary>Adds the audit. The database before.</summary>
    public static IServiceCollection AddAudit(this IServiceCollection services)
    {
        services
            .AddOptions<AuditOptions>()
            .BindConfiguration(AuditOptions.Section)
            .Validate(
                o => o.Retention >= TimeSpan.FromDays(1),
                $"{AuditOptions.Section}:Retention must be at least a day."
            )
            .Validate(
                o => o.Window > TimeSpan.Zero,
                $"{AuditOptions.Section}:Window must be more than zero."
            )
            .ValidateOnStart();
        services.AddSingleton<AuditTrail>();
        services.AddSingleton<CallTally>();
        services.AddHostedService(provider => provider.GetRequiredService<CallTally>());
        return services;
    }
}
