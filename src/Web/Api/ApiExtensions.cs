namespace Jobs.Web.Api;

/// <summary>The HTTP API.</summary>
internal static class ApiExtensions
{
    public static void AddApi(this IServiceCollection services) => services.AddOpenApi("v1");

    public static void MapApi(this WebApplication app) =>
        app.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous();
}
