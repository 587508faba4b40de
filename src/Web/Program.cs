using Jobs.Hosting;
using Jobs.Web.Api;
using Jobs.Web.Http;
using Jobs.Web.Ui;

var builder = WebApplication.CreateBuilder(args);
builder.AddJobsLogging();
builder.AddJobsDatabase();
builder.Services.AddTenancy().AddAudit();
builder.Services.AddBatches().AddWorker().AddCaching();
builder.Services.AddNotifications().AddHealth().AddDashboard();
builder.Services.AddDocuments().AddQueries().AddCleanup().AddMaintenance().AddMonitoring();
builder.AddHttp();
builder.Services.AddApi();
builder.AddUi();
#if HANGFIRE
builder.AddHangfireEngine();
#endif

var app = builder.Build();
app.UseHttp();
app.MapApi();
app.MapUi();
await app.RunAsync();

/// <summary>Named for the tests, which start it.</summary>
public sealed partial class Program;
