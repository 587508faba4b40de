using System.IO.Compression;
using ExcelDataReader;
using ExcelDataReader.Exceptions;
using Jobs.Parser.Extraction.Archives;
using Jobs.Parser.Formats;

namespace Jobs.Parser.Extraction.Office;

/// <summary>
/// Workbooks of Excel, old and new: a heading for each sheet, a line for each row, a tab between cells; then what is
/// printed above and below.
/// </summary>
internal sealed class SpreadsheetExtractor(PartReader parts) : ITextExtractor
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
    private readonly EmbeddedFiles embedded = new(parts);

    public IReadOnlyList<DocumentFormat> Formats => [DocumentFormat.Xlsx, DocumentFormat.Xls];

    public async Task ExtractAsync(
        SourceFile file,
        ExtractedText text,
        CancellationToken cancellationToken
    )
    {
        string? renamed = null;
        string? kept = null;
        var old = IsPackage(file) ? null : OldWorkbook.Read(file, cancellationToken);
        if (old is null)
        {
            using var archive = GuardedArchive.Open(file);
            archive.Measure(cancellationToken);
            PackageProperties.Read(archive, "docProps/core.xml", text, cancellationToken);
            renamed = StrictWorkbook.Rename(Counted(file), cancellationToken);
            kept = WorkbookErrors.Keep(
                Counted(file) with
                {
                    Path = renamed ?? file.Path,
                },
                cancellationToken
            );
        }
        try
        {
            using var stream = File.OpenRead(kept ?? renamed ?? file.Path);
            using var reader = ExcelReaderFactory.CreateReader(stream);
            Read(reader, old, text, cancellationToken);
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
        finally
        {
            foreach (var copy in new[] { renamed, kept }.OfType<string>())
            {
                File.Delete(copy);
            }
        }
        if (old is not null)
        {
            ReadDrawn(old, text);
            await embedded.ReadAsync(file, text, cancellationToken);
        }
        else
        {
            using var archive = GuardedArchive.Open(Counted(file));
            ReadDrawn(archive, text, cancellationToken);
            foreach (var sheet in archive.Entries.Where(IsSheet))
            {
                var related = Relationships.Of(archive, sheet.FullName, cancellationToken);
                await embedded.ReadAsync(file, archive, related, text, cancellationToken);
            }
        }
    }

    // Measured already: what unfolds now was counted then.
    private static SourceFile Counted(SourceFile file) =>
        file with
        {
            Budget = new UnfoldingBudget(),
        };

    private static bool IsSheet(ZipArchiveEntry entry) =>
        entry.FullName.StartsWith("xl/worksheets/sheet", StringComparison.OrdinalIgnoreCase);

    private static void ReadDrawn(OldWorkbook workbook, ExtractedText text)
    {
        // Sheets that are charts have a name and no cells.
        foreach (var said in workbook.Sheets.Concat(workbook.Said))
        {
            text.Add(said);
        }
        if (workbook.IsBroken)
        {
            text.Warn(
                $"{DocumentWarnings.PartUnread}: comments and shapes ({ParseErrors.Unreadable})"
            );
        }
    }

    private static void ReadDrawn(GuardedArchive archive, ExtractedText text, CancellationToken ct)
    {
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

    private static void Read(
        IExcelDataReader reader,
        OldWorkbook? old,
        ExtractedText text,
        CancellationToken ct
    )
    {
        var cell = new CellText(reader);
        var sheet = 0;
        do
        {
            text.Add(reader.Name, heading: 1);
            old?.Sheets.Remove(reader.Name);
            while (!text.IsFull && reader.Read())
            {
                ct.ThrowIfCancellationRequested();
                var cells = new string[reader.FieldCount];
                for (var i = 0; i < cells.Length; i++)
                {
                    cells[i] = cell.Of(i) is { Length: > 0 } shown
                        ? shown
                        : old?.ErrorAt(sheet, reader.Depth, i) ?? "";
                }
                text.AddRow(cells);
            }
            foreach (var margin in PageMargins.Of(reader.HeaderFooter))
            {
                text.Add(margin);
            }
            sheet++;
        } while (!text.IsFull && reader.NextResult());
        if (text.IsFull)
        {
            text.Warn(DocumentWarnings.Truncated);
        }
    }
}
