using Jobs.RateLimiting;
using Shouldly;
using Xunit;

namespace Jobs.Tests.RateLimiting;

public sealed class GcraTests
{
    private readonly StandingTime time = new();

    [Fact]
    public void It_admits_exactly_what_every_window_allows_over_every_time_that_has_passed()
    {
        foreach (var random in Seeds.Draw(300))
        {
            var clock = new RateClock(time);
            var quota = Quota.Of(random.Settings().Next(), nodes: 1, clock);
            var marks = default(Marks);
            var model = new List<long>();
            for (var step = 0; step < 300; step++)
            {
                if (random.Next(4) == 0)
                {
                    time.Advance(TimeSpan.FromMilliseconds(random.Next(1, 2_000)));
                }
                var now = clock.Now;
                var allowed = quota.Local.All(meter => Allows(meter, model, now));

                Gcra.Look(quota.Local, ref marks, now)
                    .Free.ShouldBe(Free(quota, model, now), $"step {step}");
                Gcra.TryTake(quota.Local, ref marks, now).ShouldBe(allowed, $"step {step}");

                if (allowed)
                {
                    model.Add(now);
                }
            }
        }
    }

    [Fact]
    public void A_sliding_window_never_admits_more_than_115_percent_of_its_number()
    {
        foreach (var random in Seeds.Draw(30))
        {
            var permits = random.Next(1, 400);
            var clock = new RateClock(time);
            var window = RateWindow.Sliding(1, permits, TimeSpan.FromMinutes(1));
            Meter[] meters = [Meter.Of(window, clock)];
            var marks = default(Marks);
            var admitted = new Queue<long>();
            var minute = clock.Units(TimeSpan.FromMinutes(1));
            for (var step = 0; step < 4_000; step++)
            {
                time.Advance(TimeSpan.FromMilliseconds(random.Next(10) == 0 ? 3_000 : 20));
                var now = clock.Now;
                while (admitted.TryPeek(out var first) && now - first >= minute)
                {
                    admitted.Dequeue();
                }
                if (Gcra.TryTake(meters, ref marks, now))
                {
                    admitted.Enqueue(now);
                }
                // What nodes hold for a second may come on top; the bound holds with it.
                (admitted.Count + (permits / 60.0)).ShouldBeLessThanOrEqualTo(
                    Math.Max(1, permits) * 1.15 + 1e-6
                );
            }
        }
    }

    [Fact]
    public void What_is_charged_is_no_more_than_full()
    {
        var clock = new RateClock(time);
        var quota = Quota.Of(
            RateLimitSettings.Default with
            {
                Permits = 60,
                Burst = 10,
            },
            nodes: 1,
            clock
        );
        var marks = default(Marks);

        Gcra.Charge(quota.Local, ref marks, clock.Now, 1_000);

        var room = Gcra.Look(quota.Local, ref marks, clock.Now);
        (room.Free, clock.Span(room.Retry), clock.Span(room.Full)).ShouldBe(
            (0, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10))
        );
    }

    // The law itself, looked at from every earlier request: in a time t at most the burst and t over the interval.
    private static bool Allows(Meter meter, List<long> admitted, long now)
    {
        var burst = meter.Tolerance / meter.Interval;
        return !admitted
            .Index()
            .Any(a => (admitted.Count - a.Index + 1 - burst) * meter.Interval > now - a.Item);
    }

    private static int Free(Quota quota, List<long> admitted, long now)
    {
        var more = new List<long>(admitted);
        while (quota.Local.All(meter => Allows(meter, more, now)))
        {
            more.Add(now);
        }
        return more.Count - admitted.Count;
    }
}
