using Jobs.Resilience;
using Jobs.Tests.Tenancy;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Resilience;

public sealed class BreakerTests
{
    private readonly MovableTime time = new();
    private readonly Breakers breakers;

    public BreakerTests() =>
        breakers = new Breakers(
            Options.Create(new BreakerOptions { MinimumThroughput = 4 }),
            time,
            NullLogger<Breakers>.Instance
        );

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task After_enough_failures_calls_are_refused_without_being_made_until_one_succeeds()
    {
        var breaker = breakers.Get("s3");
        for (var call = 0; call < 4; call++)
        {
            breaker.State.ShouldBe(BreakerState.Closed);
            await Should.ThrowAsync<IOException>(() => FailAsync(breaker));
        }

        breaker.State.ShouldBe(BreakerState.Open);
        var made = 0;
        var refused = await Should.ThrowAsync<BreakerOpenException>(() =>
            RunAsync(breaker, () => made++)
        );
        made.ShouldBe(0);
        refused.Service.ShouldBe("s3");
        refused.RetryAfter.ShouldBeInRange(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(15));

        time.Advance(TimeSpan.FromSeconds(16));
        await RunAsync(breaker, () => made++);
        made.ShouldBe(1);
        breaker.State.ShouldBe(BreakerState.Closed);
    }

    [Fact]
    public async Task A_failure_when_it_tries_again_keeps_it_open()
    {
        var breaker = breakers.Get("ocr");
        await OpenAsync(breaker);
        time.Advance(TimeSpan.FromSeconds(16));

        await Should.ThrowAsync<IOException>(() => FailAsync(breaker));

        breaker.State.ShouldBe(BreakerState.Open);
        await Should.ThrowAsync<BreakerOpenException>(() => FailAsync(breaker));
    }

    [Fact]
    public async Task What_a_caller_cancels_is_no_failure_and_a_timeout_of_the_call_is_one()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        var patient = breakers.Get("report", "a");
        for (var call = 0; call < 8; call++)
        {
            await Should.ThrowAsync<OperationCanceledException>(async () =>
                await patient.RunAsync<int>(
                    _ => throw new OperationCanceledException(cancelled.Token),
                    cancelled.Token
                )
            );
        }
        patient.State.ShouldBe(BreakerState.Closed);

        var slow = breakers.Get("report", "b");
        for (var call = 0; call < 4; call++)
        {
            await Should.ThrowAsync<OperationCanceledException>(async () =>
                await slow.RunAsync<int>(
                    _ => throw new OperationCanceledException(cancelled.Token),
                    Stop
                )
            );
        }
        slow.State.ShouldBe(BreakerState.Open);
    }

    [Fact]
    public async Task A_result_may_be_a_failure_too()
    {
        var breaker = breakers.Get("webhooks", "2 example.com");
        for (var call = 0; call < 4; call++)
        {
            (
                await breaker.RunAsync(
                    _ => ValueTask.FromResult(503),
                    status => status >= 500,
                    Stop
                )
            ).ShouldBe(503);
        }

        breaker.State.ShouldBe(BreakerState.Open);
    }

    [Fact]
    public async Task Targets_fail_on_their_own_and_a_service_is_as_ill_as_its_worst_target()
    {
        await OpenAsync(breakers.Get("webhooks", "2 broken.example"));
        await RunAsync(breakers.Get("webhooks", "2 sound.example"), () => { });

        breakers
            .List()
            .ShouldBe([
                new BreakerStatus("webhooks", "2 broken.example", BreakerState.Open),
                new BreakerStatus("webhooks", "2 sound.example", BreakerState.Closed),
            ]);
        breakers.Summary().ShouldHaveSingleItem().Value.ShouldBe(BreakerState.Open);
    }

    [Fact]
    public async Task However_many_targets_there_are_their_number_is_bounded()
    {
        await OpenAsync(breakers.Get("webhooks", "ill"));
        for (var target = 0; target < 5_000; target++)
        {
            await RunAsync(breakers.Get("webhooks", $"host-{target}"), () => { });
        }

        breakers.List().Count.ShouldBe(1_000);
        breakers.Get("webhooks", "ill").State.ShouldBe(BreakerState.Open);
    }

    private static async Task OpenAsync(Breaker breaker)
    {
        for (var call = 0; call < 4; call++)
        {
            await Should.ThrowAsync<IOException>(() => FailAsync(breaker));
        }
        breaker.State.ShouldBe(BreakerState.Open);
    }

    private static Task FailAsync(Breaker breaker) =>
        RunAsync(breaker, () => throw new IOException("It does not answer."));

    private static async Task RunAsync(Breaker breaker, Action call) =>
        await breaker.RunAsync(
            _ =>
            {
                call();
                return ValueTask.FromResult(true);
            },
            Stop
        );
}
