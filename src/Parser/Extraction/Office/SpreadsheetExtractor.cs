using ExcelDataReader;
using ExcelDataReader.Exceptions;
using Jobs.Parser.Formats;

namespace Jobs.Parser.Extraction.Office;

/// <summary>Workbooks of Excel, old and new: a heading for each sheet, a line for each row, a tab between cells.</summary>
internal sealed class SpreadsheetExtractor : ITextExtractor
{
    // Beside the cells: what people wrote to them and drew upon them.
    private static readonly string[] Drawn =
    [
        "xl/comments",
        "xl/threadedComments/",
        "xl/drawings/drawing",
        "xl/diagrams/data",
        "xl/charts/chart",
    ];

    public IReadOnlyList<DocumentFormat> Formats => [DocumentFormat.Xlsx, DocumentFormat.Xls];

    public Task ExtractAsync(
        SourceFile file,
        ExtractedText text,
        CancellationToken cancellationToken
    )
    {
        var path = file.Path;
        if (IsPackage(file))
        {
            using var archive = GuardedArchive.Open(file);
            archive.Measure(cancellationToken);
            PackageProperties.Read(archive, "docProps/core.xml", text, cancellationToken);
            path = WorkbookErrors.Keep(file, cancellationToken);
        }
        try
        {
            using var stream = File.OpenRead(path);
            using var reader = ExcelReaderFactory.CreateReader(stream);
            Read(reader, text, cancellationToken);
        }
        catch (InvalidPasswordException e)
        {
            throw new ParseException(
                ParseErrors.Encrypted,
                "The workbook needs a password. Send a copy that was saved without one.",
                e
            );
        }
        catch (Exception e)
            when (e is not (OperationCanceledException or ParseException or OutOfMemoryException))
        {
            // The library fails on broken workbooks in many ways. What was read before stands.
            if (text.IsEmpty)
            {
                throw GuardedArchive.Broken(e);
            }
            text.Warn(DocumentWarnings.Damaged);
        }
        if (IsPackage(file))
        {
            ReadDrawn(file, text, cancellationToken);
        }
        return Task.CompletedTask;
    }

    private static void ReadDrawn(SourceFile file, ExtractedText text, CancellationToken ct)
    {
        // Measured already: what unfolds here was counted then.
        using var archive = GuardedArchive.Open(file with { Budget = new UnfoldingBudget() });
        foreach (var prefix in Drawn)
        {
            foreach (
                var entry in archive.Entries.Where(e =>
                    e.FullName.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)
                    && e.FullName.EndsWith(".xml", StringComparison.OrdinalIgnoreCase)
                )
            )
            {
                DrawingText.Read(archive, entry.FullName, null, text, ct);
            }
        }
    }

    private static bool IsPackage(SourceFile file)
    {
        using var stream = file.OpenRead();
        return stream.ReadByte() == 'P';
    }

    private static void Read(IExcelDataReader reader, ExtractedText text, CancellationToken ct)
    {
        var shown = new CellText(reader);
        do
        {
            text.Add(reader.Name, heading: 1);
            SheetMargins.Read(reader.HeaderFooter, text, top: true);
            while (!text.IsFull && reader.Read())
            {
                ct.ThrowIfCancellationRequested();
                var cells = new string[reader.FieldCount];
                for (var i = 0; i < cells.Length; i++)
                {
                    cells[i] = shown.Of(i);
                }
                text.AddRow(cells);
            }
            SheetMargins.Read(reader.HeaderFooter, text, top: false);
        } while (!text.IsFull && reader.NextResult());
        if (text.IsFull)
        {
            text.Warn(DocumentWarnings.Truncated);
        }
    }
}
