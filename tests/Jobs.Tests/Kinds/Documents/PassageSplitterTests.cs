using Jobs.Kinds.Documents.Passages;
using Jobs.Parser.Extraction;
using Jobs.Parser.Text;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Kinds.Documents;

public sealed class PassageSplitterTests
{
    [Fact]
    public void Every_sentence_is_in_a_passage_and_no_passage_is_too_long()
    {
        var sentences = Enumerable
            .Range(0, 500)
            .Select(i => $"This is sentence number n{i} of the text.")
            .ToList();
        var passages = PassageSplitter.Split([new TextBlock(string.Join(' ', sentences))]).ToList();

        sentences.ShouldAllBe(s => passages.Any(p => p.Body.Contains(s)));
        passages.ShouldAllBe(p => Sentences.CountWords(p.Body) <= PassageSplitter.MaxWords);
        // Where only the length divides, the last sentence is repeated.
        passages[1].Body.ShouldStartWith(Sentences.Of(passages[0].Body).Last().ToString());
    }

    [Fact]
    public void A_passage_is_of_one_page()
    {
        var passages = PassageSplitter
            .Split([new TextBlock("One.", 1), new TextBlock("Two.", 1), new TextBlock("Three.", 2)])
            .ToList();

        passages.ShouldBe([new Passage("One.\n\nTwo.", 1), new Passage("Three.", 2)]);
    }

    [Fact]
    public void A_text_without_spaces_is_cut()
    {
        var passages = PassageSplitter.Split([new TextBlock(new string('x', 100_000))]).ToList();

        passages.ShouldAllBe(p => p.Body.Length < 1_000_000);
        passages.Sum(p => p.Body.Count(c => c == 'x')).ShouldBeGreaterThanOrEqualTo(100_000);
    }
}
