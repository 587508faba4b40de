using Jobs.Parser.Extraction.Archives;
using NPOI.HSSF.Record;
using NPOI.HSSF.Record.Chart;
using NPOI.SS.UserModel;
using NPOI.Util;

namespace Jobs.Parser.Extraction.Office;

/// <summary>
/// What a workbook of before 2007 says that the library for cells does not tell: errors of formulas, comments, boxes
/// and charts. Read by NPOI record by record, in the form of Excel 97 to 2003; of older ones, and of encrypted ones,
/// nothing.
/// </summary>
internal sealed class OldWorkbook
{
    private const int Excel97 = 0x600;
    private static readonly string[] Streams = ["Workbook", "WORKBOOK", "Book", "BOOK"];

    private readonly Dictionary<(int Sheet, int Row, int Column), string> errors = [];
    private readonly List<string> said = [];
    private int sheet = -1;
    private int depth;

    private OldWorkbook() { }

    /// <summary>Names of all its sheets, those of charts among them.</summary>
    public List<string> Sheets { get; } = [];

    /// <summary>Comments, boxes, and titles and names in charts, in the order of the sheets.</summary>
    public IReadOnlyList<string> Said => said;

    /// <summary>Whether it could not be read to its end.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>The error that a cell shows, such as <c>#DIV/0!</c>; empty where it shows none.</summary>
    /// <param name="worksheet">From 0, charts not counted.</param>
    public string ErrorAt(int worksheet, int row, int column) =>
        errors.GetValueOrDefault((worksheet, row, column), "");

    public static OldWorkbook Read(SourceFile file, CancellationToken ct)
    {
        var workbook = new OldWorkbook();
        if (!CompoundObjects.IsOne(file))
        {
            return workbook;
        }
        try
        {
            using var source = file.OpenRead();
            var root = CompoundObjects.Open(source).Root;
            if (Array.Find(Streams, root.EntryNames.Contains) is { } stream)
            {
                workbook.Read(new RecordInputStream(root.CreateDocumentInputStream(stream)), ct);
            }
        }
        catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException))
        {
            // The library fails on broken workbooks in many ways. What was read before stands.
            workbook.IsBroken = true;
        }
        return workbook;
    }

    private void Read(RecordInputStream records, CancellationToken ct)
    {
        while (records.HasNextRecord)
        {
            ct.ThrowIfCancellationRequested();
            records.NextRecord();
            if (records.Sid == FilePassRecord.sid)
            {
                return;
            }
            if (records.Sid == BOFRecord.sid)
            {
                var start = new BOFRecord(records);
                if (start.Version != Excel97)
                {
                    return;
                }
                depth++;
                sheet += depth == 1 && start.Type == BOFRecordType.Worksheet ? 1 : 0;
            }
            else
            {
                TryTake(records);
            }
            records.ReadRemainder();
        }
    }

    // One record that the library does not understand takes nothing from the others.
    private void TryTake(RecordInputStream records)
    {
        try
        {
            Take(records);
        }
        catch (Exception e)
            when (e is InvalidOperationException or InvalidCastException or RecordFormatException)
        {
            IsBroken = true;
        }
    }

    private void Take(RecordInputStream records)
    {
        switch (records.Sid)
        {
            case EOFRecord.sid:
                depth--;
                break;
            case BoundSheetRecord.sid:
                Sheets.Add(new BoundSheetRecord(records).Sheetname);
                break;
            case TextObjectRecord.sid:
                Say(new TextObjectRecord(records).Str?.String);
                break;
            case SeriesTextRecord.sid:
                Say(new SeriesTextRecord(records).Text);
                break;
            case BoolErrRecord.sid when new BoolErrRecord(records) is { IsError: true } cell:
                AddError(cell.Row, cell.Column, cell.ErrorValue);
                break;
            case FormulaRecord.sid
                when new FormulaRecord(records) is { CachedResultType: CellType.Error } formula:
                AddError(formula.Row, formula.Column, formula.CachedErrorValue);
                break;
            default:
                break;
        }
    }

    private void AddError(int row, int column, int code) =>
        errors[(sheet, row, column)] = FormulaError.ForInt((byte)code).String;

    private void Say(string? text)
    {
        if (!string.IsNullOrWhiteSpace(text))
        {
            said.Add(text);
        }
    }
}
