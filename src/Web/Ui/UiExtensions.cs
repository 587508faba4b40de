using Jobs.Batches;
using Jobs.Hosting;
using Jobs.RateLimiting;
using Jobs.Tenancy;
using Jobs.Web.Http;
using Jobs.Web.Http.RateLimits;
using Jobs.Web.Ui.Auditing;
using Jobs.Web.Ui.Batches;
using Jobs.Web.Ui.Dashboard;
using Jobs.Web.Ui.Documents;
using Jobs.Web.Ui.Notifications;
using Jobs.Web.Ui.Problems;
using Jobs.Web.Ui.Reports;
using Jobs.Web.Ui.Schedules;
using Jobs.Web.Ui.Search;
using Jobs.Web.Ui.SignIn;

namespace Jobs.Web.Ui;

/// <summary>The pages.</summary>
internal static class UiExtensions
{
    public static void AddUi(this WebApplicationBuilder builder)
    {
        // Finds the compressed forms of static files where the program runs as it was built, not published.
        builder.WebHost.UseStaticWebAssets();
        if (!builder.Environment.IsDevelopment())
        {
            // Else they are looked at for changes on each request, and sent as they are.
            builder.Configuration["ReloadStaticAssetsAtRuntime"] = "false";
        }
        var services = builder.Services;
        services.AddRazorComponents();
        services.AddSingleton<PayloadReader>();
        services.AddSingleton<ScheduleSaving>();
        services.AddHostedService<StartupBanner>();
        // The first writer that can, writes: before the one of problem details, which takes everything.
        services.Insert(0, ServiceDescriptor.Singleton<IProblemDetailsWriter, ProblemPageWriter>());
    }

    public static void MapUi(this WebApplication app)
    {
        app.MapStaticAssets().AllowAnonymous().NeverLimited();
        app.MapSignIn();
        var pages = app.MapGroup("").ExcludeFromDescription().LimitBy(RateLimitPolicies.Pages);
        var reading = pages.MapGroup("").RequireScope(Scopes.Read);
        var steering = pages.MapGroup("").RequireScope(Scopes.Submit);
        BatchPages.Map(reading, steering);
        DocumentPages.Map(reading, steering);
        SearchPages.Map(reading);
        NotificationPages.Map(reading);
        DashboardPages.Map(reading);
        AuditPages.Map(pages.MapGroup("").RequireScope(Scopes.Admin));
        ReportPages.Map(reading);
        SchedulePages.Map(reading, steering);
        foreach (var part in app.Services.GetServices<FrontPart>())
        {
            part.Map(
                pages
                    .MapGroup("")
                    .RequireAuthorization(ScopePolicies.Operator)
                    .WithMetadata(new InlineStyles()),
                http => http.GetCaller().May(Scopes.Admin)
            );
        }
    }
}
