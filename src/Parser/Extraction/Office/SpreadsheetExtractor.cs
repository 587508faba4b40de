using System.Globalization;
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
        "xl/drawings/drawing",
        "xl/diagrams/data",
        "xl/charts/chart",
    ];

    public IReadOnlyList<DocumentFormat> Formats => [DocumentFormat.Xlsx, DocumentFormat.Xls];

    public async Task ExtractAsync(
        SourceFile file,
        ExtractedText text,
        CancellationToken cancellationToken
    )
    {
        string? renamed = null;
        if (IsPackage(file))
        {
            using var archive = GuardedArchive.Open(file);
            archive.Measure(cancellationToken);
            PackageProperties.Read(archive, "docProps/core.xml", text, cancellationToken);
            renamed = StrictWorkbook.Rename(Counted(file), cancellationToken);
        }
        try
        {
            using var stream = renamed is null ? file.OpenRead() : File.OpenRead(renamed);
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
        finally
        {
            if (renamed is not null)
            {
                File.Delete(renamed);
            }
        }
        if (IsPackage(file))
        {
            using var archive = GuardedArchive.Open(Counted(file));
            ReadDrawn(archive, text, cancellationToken);
            foreach (var sheet in archive.Entries.Where(IsSheet))
            {
                var related = Relationships.Of(archive, sheet.FullName, cancellationToken);
                await parts.ReadEmbeddedAsync(file, archive, related, text, cancellationToken);
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

    private static void Read(IExcelDataReader reader, ExtractedText text, CancellationToken ct)
    {
        do
        {
            text.Add(reader.Name, heading: 1);
            while (!text.IsFull && reader.Read())
            {
                ct.ThrowIfCancellationRequested();
                var cells = new string[reader.FieldCount];
                for (var i = 0; i < cells.Length; i++)
                {
                    cells[i] = Cell(reader, i);
                }
                text.AddRow(cells);
            }
            foreach (var margin in PageMargins.Of(reader.HeaderFooter))
            {
                text.Add(margin);
            }
        } while (!text.IsFull && reader.NextResult());
        if (text.IsFull)
        {
            text.Warn(DocumentWarnings.Truncated);
        }
    }

    private static string Cell(IExcelDataReader reader, int column) =>
        reader.GetValue(column) switch
        {
            null => "",
            string s => s.ReplaceLineEndings(" "),
            bool b => b ? "TRUE" : "FALSE",
            DateTime { TimeOfDay.Ticks: 0 } day => day.ToString(
                "yyyy-MM-dd",
                CultureInfo.InvariantCulture
            ),
            // A time of day, which Excel counts from the day before its first.
            DateTime { Year: 1899 } clock => clock.ToString(
                "HH:mm:ss",
                CultureInfo.InvariantCulture
            ),
            DateTime time => time.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
            double d => reader.GetNumberFormatString(column) is { } format && format.Contains('%')
                ? Percent(d, format)
                : Number(d),
            { } value => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
        };

    // With as many decimals as its format has.
    private static string Percent(double value, string format)
    {
        var sign = format.IndexOf('%', StringComparison.Ordinal);
        var point = format.LastIndexOf('.', sign);
        var decimals = point < 0 ? 0 : Math.Min(sign - point - 1, 10);
        return (value * 100).ToString($"F{decimals}", CultureInfo.InvariantCulture) + "%";
    }

    // As Excel shows it: fifteen digits, so that 0.1 + 0.2 is 0.3, and no exponent below that.
    private static string Number(double value) =>
        Math.Abs(value) is < 1e15 and > 1e-4 or 0
            ? Math.Round((decimal)value, 12)
                .ToString("0.############", CultureInfo.InvariantCulture)
            : value.ToString("G15", CultureInfo.InvariantCulture);
}
