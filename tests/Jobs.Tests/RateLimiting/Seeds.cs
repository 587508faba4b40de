using System.Globalization;
using Xunit;

namespace Jobs.Tests.RateLimiting;

/// <summary>Where random sequences begin; JOBS_TEST_SEED draws others.</summary>
internal static class Seeds
{
    private static readonly int First = int.Parse(
        Environment.GetEnvironmentVariable("JOBS_TEST_SEED") ?? "20260101",
        CultureInfo.InvariantCulture
    );

    /// <summary>So many seeds, of which each is printed when it is drawn.</summary>
    public static IEnumerable<Random> Draw(int count)
    {
        for (var seed = First; seed < First + count; seed++)
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"JOBS_TEST_SEED={seed}");
            yield return new Random(seed);
        }
    }

    public static RateLimitSettingsDraw Settings(this Random random) => new(random);
}

/// <summary>Draws settings of a policy.</summary>
internal sealed class RateLimitSettingsDraw(Random random)
{
    public Jobs.RateLimiting.RateLimitSettings Next() =>
        new(
            random.Next(1, 60),
            TimeSpan.FromMilliseconds(random.Next(500, 90_000)),
            random.Next(1, 80),
            random.Next(3) == 0 ? random.Next(1, 80) : null,
            random.Next(3) == 0 ? random.Next(10, 300) : null,
            random.Next(3) == 0 ? random.Next(50, 600) : null,
            Jobs.RateLimiting.RateLimitMode.Enforce,
            Jobs.RateLimiting.WhenAway.Local,
            []
        );
}
