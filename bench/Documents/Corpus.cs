using System.Text;
using Jobs.Testing.Documents;

namespace Jobs.Bench.Documents;

/// <summary>A mixed lot of documents in a folder, each with text of its own: no file is another's duplicate.</summary>
internal sealed class Corpus : IDisposable
{
    /// <summary>Paragraphs of some hundred characters that a document has.</summary>
    public const int Paragraphs = 40;

    // A paragraph on each; what is beyond is not in the PDF.
    private const int ParagraphsForAPage = 4;
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory(
        "jobs-bench-documents-"
    );

    private Corpus() { }

    public IReadOnlyList<string> Files { get; private set; } = [];

    public long Bytes { get; private set; }

    /// <summary>As many files as are asked for: of seven types in turn.</summary>
    /// <param name="run">So that what one run uploads is new to the next.</param>
    public static async Task<Corpus> CreateAsync(int files, string run, int paragraphs = Paragraphs)
    {
        var corpus = new Corpus();
        var paths = new List<string>();
        for (var i = 0; i < files; i++)
        {
            var (extension, bytes) = Make(i, run, paragraphs);
            var path = Path.Combine(corpus.folder.FullName, $"{i:D5}{extension}");
            await File.WriteAllBytesAsync(path, bytes);
            corpus.Bytes += bytes.Length;
            paths.Add(path);
        }
        corpus.Files = paths;
        return corpus;
    }

    public void Dispose() => folder.Delete(recursive: true);

    private static (string Extension, byte[] Bytes) Make(int i, string run, int paragraphs)
    {
        var lines = Enumerable
            .Range(0, paragraphs)
            .Select(n =>
                $"Paragraph {n} of document {i} of run {run}: the keeper lit the lamp at dusk and wrote down what he saw."
            )
            .ToList();
        return (i % 7) switch
        {
            0 => (
                ".pdf",
                MinimalPdf.Of(
                    $"Document {i}",
                    run,
                    [.. lines.Take(paragraphs / ParagraphsForAPage)]
                )
            ),
            1 => (
                ".docx",
                Packages.Docx(
                    string.Concat(lines.Select(l => $"<w:p><w:r><w:t>{l}</w:t></w:r></w:p>"))
                )
            ),
            2 => (
                ".xlsx",
                Packages.Xlsx(
                    Packages.Write(
                        string.Concat(
                            lines.Select(
                                (l, n) =>
                                    $"""<row r="{n + 1}"><c r="A{n + 1}" t="inlineStr"><is><t>{l}</t></is></c><c r="B{n + 1}"><v>{n}</v></c></row>"""
                            )
                        )
                    )
                )
            ),
            3 => (
                ".html",
                Encoding.UTF8.GetBytes(
                    $"<html><body>{string.Concat(lines.Select(l => $"<p>{l}</p>"))}</body></html>"
                )
            ),
            4 => (
                ".csv",
                Encoding.UTF8.GetBytes(string.Join('\n', lines.Select((l, n) => $"{n},\"{l}\"")))
            ),
            5 => (
                ".eml",
                Encoding.UTF8.GetBytes(
                    $"From: a@example.org\r\nSubject: Document {i}\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n{string.Join("\r\n", lines)}"
                )
            ),
            _ => (".txt", Encoding.UTF8.GetBytes(string.Join("\n\n", lines))),
        };
    }
}
