using Jobs.Kinds.Queries.Index;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Kinds.Queries.Index;

public sealed class MergePolicyTests
{
    [Fact]
    public void Few_small_segments_are_left_alone()
    {
        MergePolicy
            .Choose(Segments(MergePolicy.InlineSegments - 1, 1, inline: true))
            .ShouldBeEmpty();
        MergePolicy.Choose(Segments(MergePolicy.Fan - 1, 500)).ShouldBeEmpty();
    }

    [Fact]
    public void Segments_of_one_size_are_merged_and_never_into_more_than_a_segment_holds()
    {
        MergePolicy
            .Choose(Segments(MergePolicy.InlineSegments, 1, inline: true))
            .Count.ShouldBe(32);
        MergePolicy.Choose(Segments(8, 500)).Count.ShouldBe(8);
        MergePolicy
            .Choose(Segments(8, 20_000))
            .Sum(s => s.Passages)
            .ShouldBeInRange(40_000, SegmentBuilder.MaxPassages);
    }

    [Fact]
    public void A_segment_that_has_lost_a_quarter_is_written_anew()
    {
        var segment = Segments(1, 60_000)[0];

        MergePolicy.Choose([segment with { Deleted = 15_000 }]).ShouldBeEmpty();
        MergePolicy.Choose([segment with { Deleted = 15_001 }]).ShouldHaveSingleItem();
    }

    [Fact]
    public void A_million_documents_end_in_few_segments_and_each_is_written_a_few_times()
    {
        var segments = new List<SegmentInfo>();
        var written = 0L;
        for (var n = 0; n < 1_000_000 / 50; n++)
        {
            segments.AddRange(Segments(1, 50, inline: true, id: n));
            while (MergePolicy.Choose(segments) is { Count: > 0 } chosen)
            {
                var passages = chosen.Sum(s => s.Passages);
                written += passages;
                segments.RemoveAll(chosen.Contains);
                segments.AddRange(Segments(1, passages, inline: passages <= 256, id: n));
            }
        }

        segments.Count.ShouldBeLessThan(80);
        (written / 1_000_000.0).ShouldBeLessThan(6);
    }

    private static List<SegmentInfo> Segments(
        int count,
        int passages,
        bool inline = false,
        long id = 0
    ) =>
        [
            .. Enumerable
                .Range(0, count)
                .Select(n => new SegmentInfo(
                    id + n,
                    passages,
                    passages,
                    passages * 100L,
                    ["english"],
                    0,
                    inline,
                    0
                )),
        ];
}
