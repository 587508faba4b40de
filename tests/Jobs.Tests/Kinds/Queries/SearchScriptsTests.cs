using Jobs.Kinds.Queries;
using Jobs.Kinds.Queries.Index;
using Jobs.Testing;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Kinds.Queries;

/// <summary>Text that is written without spaces, and letters that have several codes.</summary>
public sealed class SearchScriptsTests(TestDatabase database) : SearchTest(database)
{
    [Theory]
    [InlineData("plain text, as it is", "plain text, as it is")]
    [InlineData("\u5168\u6587\u691c\u7d22", " \u5168\u6587 \u6587\u691c \u691c\u7d22 ")]
    [InlineData("a\u732bb", "a \u732b b")]
    [InlineData("\u732b\u3001\u72ac", " \u732b \u3001 \u72ac ")]
    [InlineData("PDF\u6587\u66f8v2", "PDF \u6587\u66f8 v2")]
    [InlineData("\U00020000\U00020001", " \U00020000\U00020001 ")]
    [InlineData("\uff26\uff35\uff2c\uff2c \ufb01nd", "FULL find")]
    [InlineData("cafe\u0301", "caf\u00e9")]
    [InlineData("co\u00adoperate", "cooperate")]
    [InlineData("\u2026 \u2122 \u00bd", "\u2026 \u2122 \u00bd")]
    [InlineData("", "")]
    public void Text_is_divided_and_unified(string text, string expected) =>
        IndexText.Of(text).ShouldBe(expected);

    [Fact]
    public void Half_a_character_breaks_nothing() =>
        IndexText.Of("a\ud800 \ufb01").ShouldNotBeEmpty();

    [Theory]
    // Japanese: a part of a sentence, with its neighbours, as a phrase, and what is not there in this order.
    [InlineData("\u691c\u7d22", "ja", "<mark>\u691c\u7d22</mark>")]
    [InlineData("\u5168\u6587\u691c\u7d22", "ja", "<mark>\u5168\u6587\u691c\u7d22</mark>")]
    [InlineData("\"\u5168\u6587\u691c\u7d22\"", "ja", "<mark>\u5168\u6587\u691c\u7d22</mark>")]
    [InlineData("\"\u691c\u7d22\u5168\u6587\"", "", "")]
    [InlineData("\u5929\u6c17 -\u691c\u7d22", "", "")]
    // Chinese, Korean with an ending, wide letters, a ligature, a letter and its accent apart, a soft hyphen.
    [InlineData("\u5929\u6c14", "zh", "<mark>\u5929\u6c14</mark>")]
    [InlineData("\uc5d4\uc9c4", "ko", "<mark>\uc5d4\uc9c4</mark>")]
    [InlineData("wide", "wide", "<mark>\uff37\uff29\uff24\uff25</mark>")]
    [InlineData("finder", "wide", "<mark>\ufb01nder</mark>")]
    [InlineData("\u00e9clair", "wide", "<mark>e\u0301clair</mark>")]
    [InlineData("lighthouse", "wide", "")]
    public async Task A_word_is_found_and_marked(string q, string expected, string mark)
    {
        foreach (
            var (name, content) in new[]
            {
                (
                    "ja",
                    "\u65e5\u672c\u8a9e\u306e\u5168\u6587\u691c\u7d22\u306f\u96e3\u3057\u3044\u3002\u6771\u4eac\u306e\u5929\u6c17\u3002"
                ),
                (
                    "zh",
                    "\u7cfb\u7edf\u8bbe\u8ba1\u3002\u5317\u4eac\u7684\u5929\u6c14\u5f88\u597d\u3002"
                ),
                (
                    "ko",
                    "\uac80\uc0c9 \uc5d4\uc9c4\uc740 \ubb38\uc11c\ub97c \ucc3e\uc2b5\ub2c8\ub2e4"
                ),
                ("wide", "\uff37\uff29\uff24\uff25 \ufb01nder, e\u0301clair and light\u00adhouse"),
            }
        )
        {
            var verdict = await Services.UploadAsync(name + ".txt", content);
            await Services.RunAsync("document", verdict.Payload);
            Names[verdict.DocumentId!.Value] = name;
        }

        var answer = await SearchAsync(new SearchRequest(q));

        string.Join(',', answer.Hits.Select(h => Names[h.DocumentId])).ShouldBe(expected);
        if (mark.Length > 0)
        {
            answer.Hits[0].Highlights.ShouldHaveSingleItem().ShouldContain(mark);
        }
    }
}
