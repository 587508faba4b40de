using Jobs.Tenancy;

namespace Jobs.Web.Http;

internal static class CallerExtensions
{
    private static readonly object Key = new();

    /// <summary>Who calls; only behind an authorization that needs somebody.</summary>
    public static Caller GetCaller(this HttpContext context) =>
        context.FindCaller()
        ?? throw new InvalidOperationException("The endpoint does not require a caller.");

    /// <summary>Who calls; null for nobody.</summary>
    public static Caller? FindCaller(this HttpContext context) => context.Items[Key] as Caller;

    public static void SetCaller(this HttpContext context, Caller caller) =>
        context.Items[Key] = caller;
}
