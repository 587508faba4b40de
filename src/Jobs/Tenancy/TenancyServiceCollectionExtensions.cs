using Jobs;
using Jobs.Tenancy;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

public static class TenancyServiceCollectionExtensions
{
    /// <summary>
    /// Adds keys, the admin key, sign-in links, and the key ring that cookies are protected with.
    /// To be called after <c>AddJobsDatabase</c>.
    /// </summary>
    public static IServiceCollection AddTenancy(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services
            .AddOptions<JobsOptions>()
            .Validate(
                options =>
                    options.AdminKey is null or "" or { Length: >= AdminKey.ShortestConfigured },
                $"Jobs:AdminKey (Jobs__AdminKey) must have at least {AdminKey.ShortestConfigured} characters."
            )
            .ValidateOnStart();
        services.AddSingleton<CallerDirectory>();
        services.AddSingleton<ApiKeys>();
        services.AddSingleton<SignInLinks>();
        services.AddSingleton<AdminKeyStore>();
        services.AddSingleton<AdminKey>();
        services.AddHostedService(provider => provider.GetRequiredService<AdminKey>());
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>, DataProtectionKeys>();
        services.AddDataProtection().SetApplicationName("jobs");
        return services;
    }
}
