using Jobs.Monitoring.Samples;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Monitoring;

public sealed class LogHistogramTests
{
    [Fact]
    public void Every_value_is_in_a_bucket_whose_middle_is_within_2_percent_of_it()
    {
        var former = -1;
        for (var value = 0L; value < 1L << 32; value += 1 + (value / 97))
        {
            var bucket = LogHistogram.BucketOf(value);
            bucket.ShouldBeInRange(Math.Max(former, 0), LogHistogram.Buckets - 1);
            former = bucket;
            Math.Abs(LogHistogram.ValueOf(bucket) - value).ShouldBeLessThanOrEqualTo(value * 0.016);
        }
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(long.MaxValue, LogHistogram.Buckets - 1)]
    public void What_is_out_of_range_counts_at_its_end(long value, int bucket) =>
        LogHistogram.BucketOf(value).ShouldBe(bucket);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Quantiles_of_merged_and_packed_histograms_are_within_2_percent(int seed)
    {
        var random = new Random(seed);
        var values = new List<long>();
        var merged = new long[LogHistogram.Buckets];
        // Sixty minutes of three nodes, each with another load.
        for (var slice = 0; slice < 180; slice++)
        {
            var counts = new long[LogHistogram.Buckets];
            for (var i = random.Next(300); i > 0; i--)
            {
                var value = (long)Math.Exp(random.NextDouble() * 16 * (1 + (slice % 3)) / 3);
                values.Add(value);
                counts[LogHistogram.BucketOf(value)]++;
            }
            if (PackedHistogram.Pack(counts) is { } packed)
            {
                PackedHistogram.AddTo(merged, packed);
            }
        }
        values.Sort();
        foreach (var quantile in (double[])[0.01, 0.5, 0.9, 0.95, 0.99, 0.999, 1])
        {
            double exact = values[(int)Math.Ceiling(values.Count * quantile) - 1];
            LogHistogram
                .Quantile(merged, quantile)
                .ShouldBeInRange(exact * 0.98, exact * 1.02, $"{quantile}");
        }
        merged.Sum().ShouldBe(values.Count);
    }

    [Fact]
    public void Nothing_packs_to_nothing_and_has_no_quantile()
    {
        PackedHistogram.Pack(new long[LogHistogram.Buckets]).ShouldBeNull();
        LogHistogram.Quantile(new long[LogHistogram.Buckets], 0.5).ShouldBe(0);
    }

    [Fact]
    public void Bytes_that_are_no_histogram_are_refused()
    {
        var counts = new long[LogHistogram.Buckets];
        Should.Throw<FormatException>(() => PackedHistogram.AddTo(counts, [0xff]));
        Should.Throw<FormatException>(() => PackedHistogram.AddTo(counts, [0xff, 0xff, 0x03, 1]));
    }
}
