using System.Globalization;
using Jobs.Kinds;
using Jobs.Kinds.Queries;

namespace Jobs.Web.Ui.Search;

/// <summary>What the form of the search page says, as it was typed: the values of its fields, and the search that they are.</summary>
public sealed record SearchForm(
    string? Q,
    string? Tags,
    string? Type,
    string? From,
    string? To,
    string? Document,
    int? Offset
)
{
    private const string Day = "yyyy-MM-dd";

    /// <summary>Families of media types that can be chosen, by the word for them.</summary>
    public static IReadOnlyDictionary<string, string[]> Types { get; } =
        new Dictionary<string, string[]>(StringComparer.Ordinal)
        {
            ["PDF"] = ["application/pdf"],
            ["Word and other texts"] =
            [
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                "application/vnd.ms-word.document.macroenabled.12",
                "application/vnd.oasis.opendocument.text",
                "application/rtf",
                "application/epub+zip",
            ],
            ["Excel and other tables"] =
            [
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                "application/vnd.ms-excel",
                "application/vnd.oasis.opendocument.spreadsheet",
                "text/csv",
                "text/tab-separated-values",
            ],
            ["PowerPoint and other slides"] =
            [
                "application/vnd.openxmlformats-officedocument.presentationml.presentation",
                "application/vnd.oasis.opendocument.presentation",
            ],
            ["HTML and Markdown"] = ["text/html", "application/xhtml+xml", "text/markdown"],
            ["Plain text"] = ["text/plain"],
            ["Messages"] = ["message/rfc822"],
            ["Data"] =
            [
                "application/json",
                "application/x-ndjson",
                "application/xml",
                "application/yaml",
            ],
            ["Archives"] = ["application/zip"],
            ["Pictures"] = ["image/png", "image/jpeg", "image/tiff"],
        };

    /// <summary>Whether anything limits what is found.</summary>
    public bool IsFiltered =>
        new[] { Tags, Type, From, To, Document }.Any(v => !string.IsNullOrWhiteSpace(v));

    /// <summary>The search; or what is wrong with a field.</summary>
    public FieldError? Read(out SearchRequest request)
    {
        request = new SearchRequest(
            Q ?? "",
            Offset: Math.Max(0, Offset ?? 0),
            Tags: Tags?.Split(
                ',',
                StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries
            )
        );
        if (!TryDay(From, out var from))
        {
            return new FieldError("from", "must be a day such as 2030-01-31");
        }
        if (!TryDay(To, out var to))
        {
            return new FieldError("to", "must be a day such as 2030-01-31");
        }
        Guid[] documents = [];
        if (!string.IsNullOrWhiteSpace(Document))
        {
            if (!Guid.TryParse(Document, out var id))
            {
                return new FieldError("document", "must be the id of a document");
            }
            documents = [id];
        }
        request = request with
        {
            Types = Type is null ? null : Types.GetValueOrDefault(Type),
            From = from,
            // The day itself is in.
            To = to?.AddDays(1),
            Documents = documents,
        };
        return request.Validate() is [var error, ..] ? error : null;
    }

    /// <summary>The address of the same search from another place on.</summary>
    public string Link(int offset) => With(("offset", offset == 0 ? null : $"{offset}"));

    /// <summary>The address of the same words without what limits them.</summary>
    public string Unfiltered => new SearchForm(Q, null, null, null, null, null, null).With();

    private string With(params (string Name, string? Value)[] more)
    {
        (string Name, string? Value)[] fields =
        [
            ("q", Q),
            ("tags", Tags),
            ("type", Type),
            ("from", From),
            ("to", To),
            ("document", Document),
            .. more,
        ];
        return "/search?"
            + string.Join(
                '&',
                fields
                    .Where(f => !string.IsNullOrWhiteSpace(f.Value))
                    .Select(f => $"{f.Name}={Uri.EscapeDataString(f.Value!)}")
            );
    }

    private static bool TryDay(string? text, out DateTimeOffset? day)
    {
        day = null;
        if (string.IsNullOrWhiteSpace(text))
        {
            return true;
        }
        var isDay = DateTimeOffset.TryParseExact(
            text,
            Day,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out var read
        );
        day = read;
        // The day after it has to be one.
        return isDay && read.Year is > 1 and < 9999;
    }
}
