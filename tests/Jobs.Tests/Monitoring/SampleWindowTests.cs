using Jobs.Monitoring.Samples;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Monitoring;

public sealed class SampleWindowTests
{
    private static readonly DateTimeOffset Monday = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_time_is_days_in_its_middle_hours_beside_them_and_minutes_at_its_ends() =>
        SampleWindow
            .PartsOf(
                Monday.AddMinutes(90),
                Monday.AddDays(3).AddMinutes(150),
                86_400,
                Monday.AddDays(3).AddHours(2),
                Monday.AddDays(3)
            )
            .ShouldBe([
                new(60, Monday.AddMinutes(90), Monday.AddHours(2)),
                new(3600, Monday.AddHours(2), Monday.AddDays(1)),
                new(86_400, Monday.AddDays(1), Monday.AddDays(3)),
                new(3600, Monday.AddDays(3), Monday.AddDays(3).AddHours(2)),
                new(60, Monday.AddDays(3).AddHours(2), Monday.AddDays(3).AddMinutes(150)),
            ]);

    [Fact]
    public void What_is_not_rolled_up_yet_is_read_in_minutes() =>
        SampleWindow
            .PartsOf(Monday, Monday.AddHours(5), 86_400, Monday.AddHours(-1), Monday)
            .ShouldBe([new(60, Monday, Monday.AddHours(5))]);

    [Fact]
    public void Intervals_are_made_of_samples_that_are_not_longer() =>
        SampleWindow
            .PartsOf(Monday, Monday.AddDays(2), 3600, Monday.AddDays(2), Monday.AddDays(2))
            .ShouldBe([new(3600, Monday, Monday.AddDays(2))]);

    [Fact]
    public void Parts_follow_each_other_without_a_gap_whatever_the_time()
    {
        var random = new Random(7);
        for (var n = 0; n < 2000; n++)
        {
            var from = Monday.AddMinutes(random.Next(5000));
            var to = from.AddMinutes(1 + random.Next(8000));
            var parts = SampleWindow.PartsOf(
                from,
                to,
                86_400,
                SampleWindow.Floor(Monday.AddMinutes(random.Next(12_000)), 3600),
                SampleWindow.Floor(Monday.AddMinutes(random.Next(12_000)), 86_400)
            );
            parts[0].Low.ShouldBe(from);
            parts[^1].High.ShouldBe(to);
            for (var i = 1; i < parts.Count; i++)
            {
                parts[i].Low.ShouldBe(parts[i - 1].High);
            }
            parts.ShouldAllBe(p =>
                SampleWindow.Floor(p.Low, p.Resolution) == p.Low || p.Resolution == 60
            );
        }
    }
}
