using Jobs.Parser.Extraction;
using Jobs.Parser.Text;

namespace Jobs.Parser.Tools;

/// <summary>Reads what programs write of a document page by page: a form feed ends a page.</summary>
internal static class PdfPages
{
    public static Task ReadAsync(
        StreamReader output,
        int firstPage,
        ExtractedText text,
        CancellationToken ct
    )
    {
        var page = firstPage;
        return PieceReader.ReadAsync(
            output,
            text,
            piece =>
            {
                var first = true;
                foreach (var part in piece.Split('\f'))
                {
                    page += first ? 0 : 1;
                    first = false;
                    text.AddParagraphs(piece[part], page);
                }
            },
            ct
        );
    }
}
