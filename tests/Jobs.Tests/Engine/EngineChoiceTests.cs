using Jobs.Engine;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Engine;

/// <summary>The section <c>Jobs:Engine</c> names the engine and holds its settings, either or both.</summary>
public sealed class EngineChoiceTests
{
    [Theory]
    [InlineData(null, 3, true)]
    [InlineData(null, null, true)]
    [InlineData("Native", 3, true)]
    [InlineData("native", null, true)]
    [InlineData("Hangfire", 3, false)]
    [InlineData("Nothing", null, false)]
    public void An_engine_that_the_build_does_not_have_is_refused(
        string? engine,
        int? slots,
        bool valid
    )
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal);
        if (engine is not null)
        {
            settings["Jobs:Engine"] = engine;
        }
        if (slots is not null)
        {
            settings["Jobs:Engine:Slots"] = $"{slots}";
        }
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Services.AddBatches().AddWorker();
        using var host = builder.Build();

        host.Services.GetRequiredService<IOptions<EngineOptions>>()
            .Value.Slots.ShouldBe(slots ?? 8);
        var choice = host.Services.GetRequiredService<IOptions<JobsOptions>>();
        if (valid)
        {
            string.Equals(choice.Value.EngineName, "Native", StringComparison.OrdinalIgnoreCase)
                .ShouldBeTrue();
        }
        else
        {
            Should
                .Throw<OptionsValidationException>(() => choice.Value)
                .Message.ShouldContain("-p:WithHangfire=true");
        }
    }
}
