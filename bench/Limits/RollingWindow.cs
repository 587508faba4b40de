using Jobs.Bench.Report;
using Jobs.RateLimiting;

namespace Jobs.Bench.Limits;

/// <summary>The most that any rolling minute has of a window of 60, under load in bursts; simulated.</summary>
internal static class RollingWindow
{
    public static void Run()
    {
        Console.WriteLine(
            "\na sliding minute of 60, bursts of requests at random times, an hour, 20 seeds\n"
        );
        Markdown.Table(
            ["burst of the window", "most in any 60 s", "over the limit, %"],
            ((int?[])[null, 10, 60]).Select(burst =>
            {
                var window = RateWindow.Sliding(1, 60, TimeSpan.FromMinutes(1));
                var tried = window with { Burst = burst ?? window.Burst };
                var most = Enumerable.Range(1, 20).Max(seed => Most(tried, new Random(seed)));
                return (IReadOnlyList<string>)
                    [
                        burst is null ? $"{tried.Burst} (default)" : $"{tried.Burst}",
                        $"{most}",
                        $"{(most - 60) / 0.6:0.0}",
                    ];
            })
        );
    }

    private static int Most(RateWindow window, Random random)
    {
        Meter[] meters =
        [
            new Meter(
                window.Slot,
                window.IntervalMicroseconds,
                window.IntervalMicroseconds * window.Burst
            ),
        ];
        var marks = default(Marks);
        var admitted = new Queue<long>();
        var most = 0;
        for (
            long now = 0;
            now < 3_600_000_000;
            now += random.Next(1, 400_000) * (random.Next(20) == 0 ? 60L : 1L)
        )
        {
            for (var request = random.Next(1, 40); request > 0; request--)
            {
                if (Gcra.TryTake(meters, ref marks, now))
                {
                    admitted.Enqueue(now);
                }
            }
            while (admitted.TryPeek(out var first) && now - first >= 60_000_000)
            {
                admitted.Dequeue();
            }
            most = Math.Max(most, admitted.Count);
        }
        return most;
    }
}
