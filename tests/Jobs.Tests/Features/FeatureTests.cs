using Jobs.Engine;
using Jobs.Features;
using Jobs.RateLimiting;
using Jobs.Testing;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Features;

/// <summary>Switches that are set while processes run.</summary>
public sealed class FeatureTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(10);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_switch_is_in_force_here_at_once_and_on_other_nodes_at_a_notice_or_their_next_look(
        bool hears
    )
    {
        // Five seconds are promised, also to who hears nothing.
        RuleWatcher.Interval.ShouldBeLessThanOrEqualTo(TimeSpan.FromSeconds(4));
        await using var one = await EngineHost.StartAsync(database, new(), Stop);
        await using var other = await EngineHost.StartAsync(
            database,
            new() { Services = s => Deafen(s, !hears) },
            Stop
        );

        foreach (var enabled in (bool?[])[false, true, false, null])
        {
            await one.Get<FeatureStore>()
                .SetAsync(
                    new Dictionary<string, bool?>(StringComparer.Ordinal) { ["caching"] = enabled },
                    "test",
                    Stop
                );

            one.Get<FeatureSwitches>().IsOn("caching").ShouldBe(enabled ?? true);
            await UntilAsync(() =>
                other.Get<FeatureSwitches>().IsOn("caching") == (enabled ?? true)
            );
        }
    }

    [Fact]
    public async Task Of_a_kind_that_is_off_nothing_is_submitted_and_nothing_starts_until_it_is_on()
    {
        await using var idle = await EngineHost.StartIdleAsync(database, new(), Stop);
        var waiting = await idle.SubmitAsync(3, Stop);
        await SetAsync(idle, false);
        await using var host = await EngineHost.StartAsync(database, new(), Stop);
        await UntilAsync(() => !host.Get<FeatureSwitches>().IsKindOn(EngineHost.Kind));

        (
            await Should.ThrowAsync<FeatureDisabledException>(() => host.SubmitAsync(1, Stop))
        ).Feature.ShouldBe("kinds.work");
        host.Get<RunningChunks>().FreeKinds().ShouldBeEmpty();

        await SetAsync(idle, null);
        (await host.WaitForEndAsync(waiting.Id, Stop)).Counts.Succeeded.ShouldBe(3);
    }

    private static Task SetAsync(EngineHost host, bool? enabled) =>
        host.Get<FeatureStore>()
            .SetAsync(
                new Dictionary<string, bool?>(StringComparer.Ordinal) { ["kinds.work"] = enabled },
                "test",
                Stop
            );

    // A process that hears nothing sees it at the next look of a loop that looks anyway.
    private static void Deafen(IServiceCollection services, bool deaf)
    {
        if (deaf)
        {
            services.Remove(services.Single(s => s.ImplementationType == typeof(NoticeListener)));
        }
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        limit.CancelAfter(EngineHost.Patience);
        using var timer = new PeriodicTimer(LookInterval);
        while (!condition())
        {
            await timer.WaitForNextTickAsync(limit.Token);
        }
    }
}
