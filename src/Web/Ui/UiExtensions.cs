namespace Jobs.Web.Ui;

/// <summary>The pages.</summary>
internal static class UiExtensions
{
    public static void AddUi(this IServiceCollection services) => services.AddRazorComponents();

    public static void MapUi(this WebApplication app) => app.MapStaticAssets().AllowAnonymous();
}
