using Jobs.Hosting;

var builder = Host.CreateApplicationBuilder(args);
builder.AddJobsLogging();
builder.AddJobsDatabase();
builder.Services.AddBatches().AddWorker().AddCaching();
builder.Services.AddDocuments().AddQueries().AddCleanup().AddMaintenance().AddMonitoring();
#if HANGFIRE
builder.AddHangfireEngine();
#endif
await builder.Build().RunAsync();
