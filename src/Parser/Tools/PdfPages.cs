using Jobs.Parser.Extraction;
using Jobs.Parser.Text;

namespace Jobs.Parser.Tools;

/// <summary>Reads what programs write of a document page by page: a form feed ends a page.</summary>
internal static class PdfPages
{
    /// <summary>Reads to the end.</summary>
    /// <param name="letters">Gets what the pages are written in, where that is asked for.</param>
    public static Task ReadAsync(
        StreamReader output,
        int firstPage,
        ExtractedText text,
        CancellationToken ct,
        PageLetters? letters = null
    )
    {
        var page = firstPage;
        return PieceReader.ReadAsync(
            output,
            text,
            piece =>
            {
                var first = true;
                var whole = PdfText.Of(piece);
                foreach (var part in whole.AsSpan().Split('\f'))
                {
                    page += first ? 0 : 1;
                    first = false;
                    var words = whole.AsSpan()[part];
                    letters?.Add(page, words);
                    text.AddParagraphs(words, page);
                }
            },
            ct
        );
    }
}
