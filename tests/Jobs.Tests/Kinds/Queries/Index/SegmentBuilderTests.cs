using System.Runtime.InteropServices;
using Jobs.Kinds.Queries.Index;
using Jobs.Testing;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Kinds.Queries.Index;

public sealed class SegmentBuilderTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Words_of_a_title_count_more_and_the_best_passage_comes_first()
    {
        var segment = new SegmentBuilder();
        segment.BeginDocument(Guid.CreateVersion7(), []);
        segment.AddPassage(
            await VectorAsync("", "storm and a great many other words of no concern"),
            "english"
        );
        segment.AddPassage(await VectorAsync("storm", "storm storm"), "english");

        var postings = MemoryMarshal.Cast<byte, Posting>(segment.Pack("storm")).ToArray();

        postings.Select(p => p.Passage).ShouldBe([1, 0]);
        postings.Select(p => (int)p.Count).ShouldBe([2 + Bm25.TitleWeight, 1]);
        postings[0].Length.ShouldBe(PassageLength.Encode(2 + Bm25.TitleWeight));
    }

    [Fact]
    public async Task What_is_written_as_one_value_is_read_as_it_was()
    {
        var segment = new SegmentBuilder();
        segment.BeginDocument(Guid.CreateVersion7(), [FilterTerms.Tag("a b")]);
        segment.AddPassage(await VectorAsync("Ünï 😀 title", "naïve 東京 café x'y \\"), "english");

        var read = InlinePostings.Read(InlinePostings.Write(segment));

        read.Lexemes.ShouldBe(segment.Lexemes, ignoreOrder: true);
        foreach (var lexeme in segment.Lexemes)
        {
            MemoryMarshal.AsBytes(read[lexeme]).ToArray().ShouldBe(segment.Pack(lexeme));
        }
        read["none"].Length.ShouldBe(0);
    }

    [Fact]
    public void Lengths_are_exact_where_they_are_small_and_near_where_they_are_not()
    {
        for (var length = 0; length < 100_000; length = length < 64 ? length + 1 : length * 11 / 10)
        {
            var decoded = PassageLength.Decode(PassageLength.Encode(length));
            Math.Abs(decoded - length).ShouldBeLessThanOrEqualTo(length <= 32 ? 0 : length * 0.03);
        }
    }

    private async Task<byte[]> VectorAsync(string title, string body) =>
        (
            await database.ScalarAsync<byte[]>(
                """
                select tsvectorsend(setweight(to_tsvector('english', $1), 'A')
                    || setweight(to_tsvector('english', $2), 'B'))
                """,
                Token,
                title,
                body
            )
        )!;
}
