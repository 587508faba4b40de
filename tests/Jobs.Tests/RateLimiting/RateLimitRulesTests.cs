using System.Net;
using Jobs.RateLimiting;
using Jobs.Testing;
using Jobs.Testing.Chaos;
using Jobs.Tests.Engine;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Jobs.Tests.RateLimiting;

/// <summary>What is set on one node is in force on the others.</summary>
public sealed class RateLimitRulesTests : EngineTest
{
    private static readonly EngineHostOptions Limiting = new()
    {
        Services = services =>
            services
                .AddRateLimiting()
                // A busy machine is no outage.
                .Configure<RateLimitOptions>(o => o.Patience = EngineHost.Patience),
    };

    [Fact]
    public async Task A_change_is_in_force_on_every_node_and_can_be_taken_back()
    {
        var one = await StartIdleAsync(Limiting);
        var other = await StartIdleAsync(Limiting);
        var before = Numbers(other, "upload");

        (
            await SaveAsync(one, "upload", RateLimitSettings.Default with { Permits = 3 })
        ).ShouldBeTrue();
        await UntilAsync(other, () => Numbers(other, "upload").Permits == 3);
        await UntilAsync(one, () => one.Get<RateLimitRules>().Current.Nodes == 2);

        (await one.Get<RateLimitStore>().RemoveAsync("upload", null, null, Stop)).ShouldBeTrue();
        await UntilAsync(other, () => Numbers(other, "upload").Permits == before.Permits);
        (await one.Get<RateLimitStore>().RemoveAsync("upload", null, null, Stop)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_change_whose_notice_is_lost_is_in_force_all_the_same()
    {
        await using var deaf = TcpProxy.Start(Database.ConnectionString, deaf: true);
        await using var other = await EngineHost.StartIdleAsync(
            deaf.ConnectionString,
            Limiting,
            Stop
        );
        var one = await StartIdleAsync(Limiting);

        await SaveAsync(one, "api", RateLimitSettings.Default with { Permits = 7 });

        await UntilAsync(other, () => Numbers(other, "api").Permits == 7);
    }

    [Fact]
    public async Task What_is_set_for_a_key_goes_before_what_is_set_for_its_tenant_and_that_before_the_policy()
    {
        var host = await StartIdleAsync(Limiting);
        var key = Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
        await Database.ScalarAsync<int>(
            "insert into jobs.api_keys (id, tenant_id, name, key_hash, prefix, scopes) values ($1, 2, 'a', sha256('a'), 'a', '{read}')",
            Stop,
            key
        );
        var store = host.Get<RateLimitStore>();
        var settings = RateLimitSettings.Default;
        (
            await store.SaveAsync("api", "default", null, settings with { Permits = 5 }, "me", Stop)
        ).ShouldBeTrue();
        (
            await store.SaveAsync("api", null, key, settings with { Permits = 6 }, "me", Stop)
        ).ShouldBeTrue();
        (await store.SaveAsync("api", "nobody", null, settings, "me", Stop)).ShouldBeFalse();
        (await store.SaveAsync("api", null, Guid.Empty, settings, "me", Stop)).ShouldBeFalse();
        var rules = host.Get<RateLimitRules>();
        await UntilAsync(host, () => rules.Current.Overrides.Count == 2);

        int Of(RateLimitSubject subject) =>
            rules.Current.QuotaOf("api", subject).Windows[0].Permits;
        Of(RateLimitSubject.Key(key, 2)).ShouldBe(6);
        Of(RateLimitSubject.User(key, 2)).ShouldBe(6);
        Of(RateLimitSubject.Key(Guid.Empty, 2)).ShouldBe(5);
        Of(RateLimitSubject.Key(Guid.Empty, 1)).ShouldBe(100);
        Of(RateLimitSubject.Address(IPAddress.Loopback)).ShouldBe(100);

        // A key that goes takes along what was set for it.
        await Database.ScalarAsync<int>("delete from jobs.api_keys where id = $1", Stop, key);
        await UntilAsync(host, () => rules.Current.Overrides.Count == 1);
    }

    [Fact]
    public async Task A_reset_starts_a_caller_anew_on_every_node()
    {
        var one = await StartIdleAsync(Limiting);
        var other = await StartIdleAsync(Limiting);
        var subject = RateLimitSubject.Address(IPAddress.Parse("192.0.2.1"));
        await SaveAsync(
            one,
            "api",
            RateLimitSettings.Default with
            {
                Permits = 1,
                Period = TimeSpan.FromHours(10),
                Burst = 3,
            }
        );
        await UntilAsync(other, () => Numbers(other, "api").Permits == 1);
        await UntilAsync(other, () => !other.Get<RateLimiter>().IsLocal);
        while (await DecideAsync(other, subject) == RateLimitVerdict.Admitted) { }
        await UntilAsync(
            one,
            async () =>
                await one.Get<RateLimitStore>().CountersAsync(("", ""), 10, Stop)
                    is [{ Subject: "address:192.0.2.1", Remaining: 0 }]
        );

        await one.Get<RateLimitStore>().ResetAsync("api", subject, Stop);

        await UntilAsync(
            other,
            async () => await DecideAsync(other, subject) == RateLimitVerdict.Admitted
        );
    }

    private static RateLimitSettings Numbers(EngineHost host, string policy) =>
        host.Get<RateLimitRules>().Current.Policies[policy].Settings;

    private static Task<bool> SaveAsync(
        EngineHost host,
        string policy,
        RateLimitSettings settings
    ) => host.Get<RateLimitStore>().SaveAsync(policy, null, null, settings, "me", Stop);

    private static async Task<RateLimitVerdict> DecideAsync(
        EngineHost host,
        RateLimitSubject subject
    ) =>
        await host.Get<RateLimiter>()
            .DecideAsync(host.Get<RateLimitRules>().Current.Policies["api"], subject, Stop);

    private static Task UntilAsync(EngineHost host, Func<bool> condition) =>
        UntilAsync(host, () => Task.FromResult(condition()));

    private static async Task UntilAsync(EngineHost host, Func<Task<bool>> condition)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            TimeProvider
                .System.GetElapsedTime(started)
                .ShouldBeLessThan(
                    EngineHost.Patience,
                    string.Join('\n', host.Log.Entries.TakeLast(10))
                );
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Stop);
        }
    }
}
