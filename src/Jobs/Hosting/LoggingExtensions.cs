using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Serilog;
using Serilog.Formatting.Json;

namespace Jobs.Hosting;

public static class LoggingExtensions
{
    private const string Template =
        "{Timestamp:HH:mm:ss} {Level:u3} {SourceContext}: {Message:lj}{NewLine}{Exception}";

    /// <summary>
    /// Logs to standard output: lines for people on a terminal, JSON with trace ids elsewhere or where
    /// <c>Jobs:Log:Format</c> is <c>json</c>. <see cref="LogLevels"/> says what is logged.
    /// </summary>
    public static void AddJobsLogging(this IHostApplicationBuilder builder)
    {
        var logging = new LoggerConfiguration()
            // What comes here is chosen by LogLevels, which may change.
            .MinimumLevel.Verbose()
            .Enrich.FromLogContext()
            .ReadFrom.Configuration(WithoutLevels(builder.Configuration));
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
        var levels = new LogLevels(builder.Configuration);
        builder.Services.AddSingleton(levels);
        builder.Services.AddSingleton<IConfigureOptions<LoggerFilterOptions>>(levels);
        builder.Services.AddSingleton<IOptionsChangeTokenSource<LoggerFilterOptions>>(levels);
    }

    private static IConfiguration WithoutLevels(IConfiguration configuration) =>
        new ConfigurationBuilder()
            .AddInMemoryCollection(
                configuration
                    .AsEnumerable()
                    .Where(pair =>
                        !pair.Key.StartsWith(LogLevels.Section, StringComparison.OrdinalIgnoreCase)
                    )
            )
            .Build();

    // The package that brings this for every host is not needed for one call.
    private static void AddSerilog(
        this IServiceCollection services,
        Serilog.Core.Logger logger,
        bool dispose
    ) => services.AddLogging(l => l.AddSerilog(logger, dispose));
}
