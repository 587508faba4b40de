using Jobs.Kinds.Queries;
using Jobs.Testing;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Kinds.Queries;

/// <summary>Words with mistakes, and words that nothing has.</summary>
public sealed class SearchTypoTests(TestDatabase database) : SearchTest(database)
{
    [Theory]
    [InlineData("gardne", "garden")]
    [InlineData("appels trees", "apples")]
    [InlineData("winnter", "winter")]
    [InlineData("hosue", "house")]
    // The mistake is in an ending that is no part of the stem.
    [InlineData("gardeninf", "garden")]
    [InlineData("rof", "roof")]
    public async Task A_mistyped_word_finds_what_was_meant(string q, string meant)
    {
        var answer = await SearchAsync(new SearchRequest(q));

        answer.Corrections!.ShouldHaveSingleItem();
        answer.Hits[0].Passage.ShouldContain(meant);
        answer.Hits[0].Highlights[0].ShouldContain("<mark>");
    }

    [Fact]
    public async Task A_correction_names_words()
    {
        var answer = await SearchAsync(new SearchRequest("Gardne house"));

        answer.Corrections!.ShouldHaveSingleItem().From.ShouldBe("gardne");
        answer.Corrections![0].To.ShouldBe("garden");
    }

    [Theory]
    [InlineData("garden wiht")]
    [InlineData("garden xq")]
    [InlineData("garden qzxqzxqzx")]
    [InlineData("garden zzz")]
    public async Task What_means_nothing_does_not_count_and_the_rest_is_found(string q)
    {
        var answer = await SearchAsync(new SearchRequest(q));

        answer.Corrections.ShouldBeNull();
        answer.Total.ShouldBe(2);
    }

    [Fact]
    public async Task Of_a_text_of_unknown_words_the_first_are_corrected_and_what_is_known_is_found()
    {
        var answer = await SearchAsync(
            new SearchRequest(
                string.Join(
                    ' ',
                    Enumerable
                        .Range(0, 90)
                        .Select(n => $"qq{(char)('a' + (n % 26))}{(char)('a' + (n / 26))}zzqq")
                ) + " garden"
            )
        );

        answer.Total.ShouldBe(2);
    }

    [Fact]
    public async Task A_word_whose_accent_is_missing_is_that_word_and_not_a_more_frequent_one()
    {
        await Services.ReadAsync("often.txt", "they came, she came, we came"u8.ToArray());
        await Services.ReadAsync("once.txt", "a small caf\u00e9 by the sea"u8.ToArray());

        var answer = await SearchAsync(new SearchRequest("cafe"));

        answer.Hits.ShouldHaveSingleItem().Title.ShouldBe("once.txt");
        answer.Corrections.ShouldHaveSingleItem().To.ShouldBe("caf\u00e9");
    }
}
