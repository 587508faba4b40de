using Jobs.Database;
using Jobs.Database.Care;
using Jobs.Kinds.Maintenance;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

public static class MaintenanceServiceCollectionExtensions
{
    /// <summary>Adds the kind <c>maintenance</c>, and what looks at the database and says what of it is due.</summary>
    public static IServiceCollection AddMaintenance(this IServiceCollection services)
    {
        services.TryAddSingleton<ConnectionPools>();
        services.AddSingleton<DatabaseInspector>();
        return services.AddKind<MaintenanceHandler>(
            "maintenance",
            kind =>
            {
                kind.ItemsPerPage = 1;
                kind.AdminOnly = true;
                // Over all workers it is one as well, by a lock that the handler takes: a limit of the engine on what all
                // run would have every lease wait for every other.
                kind.MaxRunningPerWorker = 1;
                kind.ItemTimeout = TimeSpan.FromHours(6);
            }
        );
    }
}
