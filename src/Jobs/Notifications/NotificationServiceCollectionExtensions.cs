using Jobs.Notifications;

namespace Microsoft.Extensions.DependencyInjection;

public static class NotificationServiceCollectionExtensions
{
    /// <summary>Adds what reads notifications, and what tells the database which there are to be. After <c>AddBatches</c>.</summary>
    public static IServiceCollection AddNotifications(this IServiceCollection services)
    {
        services
            .AddOptions<NotificationOptions>()
            .BindConfiguration(NotificationOptions.Section)
            .ValidateDataAnnotations()
            .Validate(
                o => o.NamesTypes,
                $"{NotificationOptions.Section}:Types must be some of {NotificationOptions.All}, separated by commas."
            )
            .Validate(
                o => o.Retention > TimeSpan.Zero,
                $"{NotificationOptions.Section}:Retention must be more than zero."
            )
            .ValidateOnStart();
        services.AddSingleton<NotificationStore>();
        services.AddHostedService<NotificationSettings>();
        return services;
    }
}
