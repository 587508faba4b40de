using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Formatting.Json;

namespace Jobs.Hosting;

public static class LoggingExtensions
{
    private const string Template =
        "{Timestamp:HH:mm:ss} {Level:u3} {SourceContext}: {Message:lj}{NewLine}{Exception}";

    /// <summary>
    /// Logs to standard output: lines for people on a terminal, JSON with trace ids elsewhere or where
    /// <c>Jobs:Log:Format</c> is <c>json</c>. Levels come from the section <c>Serilog</c>.
    /// </summary>
    public static void AddJobsLogging(this IHostApplicationBuilder builder)
    {
        var logging = new LoggerConfiguration()
            .MinimumLevel.Information()
            .MinimumLevel.Override("Microsoft", Serilog.Events.LogEventLevel.Warning)
            .MinimumLevel.Override(
                "Microsoft.Hosting.Lifetime",
                Serilog.Events.LogEventLevel.Information
            )
            .Enrich.FromLogContext()
            .ReadFrom.Configuration(builder.Configuration);
        var format =
            builder.Configuration["Jobs:Log:Format"]
            ?? (Console.IsOutputRedirected ? "json" : "text");
        logging = string.Equals(format, "json", StringComparison.OrdinalIgnoreCase)
            ? logging.WriteTo.Console(new JsonFormatter(renderMessage: true))
            : logging.WriteTo.Console(
                outputTemplate: Template,
                formatProvider: CultureInfo.InvariantCulture
            );
        builder.Logging.ClearProviders();
        builder.Services.AddSerilog(logging.CreateLogger(), dispose: true);
    }

    // The package that brings this for every host is not needed for one call.
    private static void AddSerilog(
        this IServiceCollection services,
        Serilog.Core.Logger logger,
        bool dispose
    ) => services.AddLogging(l => l.AddSerilog(logger, dispose));
}
