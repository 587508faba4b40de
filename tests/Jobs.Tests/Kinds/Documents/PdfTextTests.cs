using Jobs.Parser.Tools;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Kinds.Documents;

public sealed class PdfTextTests
{
    [Theory]
    [InlineData("a remark-\nable lamp", "a remarkable lamp")]
    [InlineData("a re\u00AD\nmarkable lamp", "a remarkable lamp")]
    [InlineData("a well-\nknown lamp, so well-known", "a well-known lamp, so well-known")]
    [InlineData("Saint-\nDenis and 10-\n20", "Saint-\nDenis and 10-\n20")]
    [InlineData("o\uFB03ce \uFB02ow of \uFB01nance", "office flow of finance")]
    public void Words_that_a_page_divides_or_draws_as_one_letter_are_whole(
        string drawn,
        string expected
    ) => PdfText.Of(drawn).ShouldBe(expected);
}
