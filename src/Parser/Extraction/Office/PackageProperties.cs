using System.Globalization;
using Jobs.Parser.Extraction.Markup;

namespace Jobs.Parser.Extraction.Office;

/// <summary>Title, author, dates and pages, as the packages of Office, OpenDocument and EPUB all have them.</summary>
internal static class PackageProperties
{
    /// <summary>Reads an entry that has them; one that is missing or broken says nothing.</summary>
    public static void Read(
        GuardedArchive archive,
        string entry,
        ExtractedText text,
        CancellationToken ct
    )
    {
        if (archive.Find(entry) is not { } found)
        {
            return;
        }
        try
        {
            using var xml = GuardedXml.Open(archive.OpenEntry(found), ct);
            string? creator = null;
            while (xml.Read())
            {
                if (!xml.IsStart)
                {
                    continue;
                }
                if (xml.Name == "document-statistic")
                {
                    text.Pages ??= Number(xml.Attribute("page-count"));
                    continue;
                }
                Take(xml, text, ref creator);
            }
            text.Author ??= creator;
        }
        catch (ParseException e) when (e.Code == ParseErrors.Unreadable)
        {
            text.Warn(DocumentWarnings.Damaged);
        }
    }

    private static void Take(GuardedXml xml, ExtractedText text, ref string? creator)
    {
        switch (xml.Name)
        {
            case "title":
                text.Title ??= xml.Text();
                break;
            case "initial-creator":
                text.Author ??= xml.Text();
                break;
            case "creator":
                creator ??= xml.Text();
                break;
            case "language":
                text.Language ??= xml.Text();
                break;
            case "created" or "creation-date":
                text.AuthoredAt ??= Date(xml.Text());
                break;
            case "modified":
                text.ModifiedAt ??= Date(xml.Text());
                break;
            case "date":
                text.ModifiedAt ??= Date(xml.Text());
                break;
            case "Pages":
                text.Pages ??= Number(xml.Text());
                break;
            default:
                break;
        }
    }

    public static DateTimeOffset? Date(string? value) =>
        DateTimeOffset.TryParse(
            value,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var date
        )
            ? date
            : null;

    private static int? Number(string? value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number > 0
            ? number
            : null;
}
