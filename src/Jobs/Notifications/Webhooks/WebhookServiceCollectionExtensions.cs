using Jobs.Notifications.Webhooks;

namespace Microsoft.Extensions.DependencyInjection;

internal static class WebhookServiceCollectionExtensions
{
    /// <summary>Adds what names, lists and replays webhooks.</summary>
    public static void AddWebhooks(this IServiceCollection services)
    {
        services
            .AddOptions<WebhookOptions>()
            .BindConfiguration("Jobs:Webhooks")
            .ValidateDataAnnotations()
            .Validate(
                o => o.Timeout > TimeSpan.Zero,
                "Jobs:Webhooks:Timeout must be more than zero."
            )
            .ValidateOnStart();
        services.AddBreakers();
        services.AddSingleton<CallbackUrls>();
        services.AddSingleton<WebhookSecrets>();
        services.AddSingleton<WebhookDeliveries>();
    }

    /// <summary>Adds what sends them.</summary>
    public static void AddWebhookDelivery(this IServiceCollection services)
    {
        services.AddSingleton<WebhookQueue>();
        services.AddSingleton<WebhookSender>();
        services.AddSingleton<WebhookMeter>();
        services.AddHostedService<WebhookService>();
    }
}
