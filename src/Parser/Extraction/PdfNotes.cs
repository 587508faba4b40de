using System.Text.Json;
using Jobs.Parser.Tools;

namespace Jobs.Parser.Extraction;

/// <summary>
/// What readers of a PDF wrote on it: notes, and comments on what they marked, which are on no page until somebody
/// opens them. Read from what qpdf tells of its objects; nothing where that is missing.
/// </summary>
internal static class PdfNotes
{
    private const string Program = "qpdf";
    private const int Most = 5000;

    // Longer than a string of an object may be that matters here.
    private const int MaxBuffer = 16 * 1024 * 1024;
    private static readonly string[] Signs = ["/Popup", "/Highlight"];

    // ISO 32000-1, 12.5.6: markup annotations, but for free text, which is on its page.
    private static readonly string[] Kinds =
    [
        "/Text",
        "/Highlight",
        "/Underline",
        "/Squiggly",
        "/StrikeOut",
        "/Caret",
        "/Ink",
        "/Stamp",
        "/Square",
        "/Circle",
        "/Line",
        "/Polygon",
        "/PolyLine",
        "/FileAttachment",
    ];

    public static async Task ReadAsync(SourceFile file, ExtractedText text, CancellationToken ct)
    {
        if (
            text.IsFull
            || ToolRun.Find(Program) is null
            || !await PdfSigns.AnyAsync(file, Signs, ct)
        )
        {
            return;
        }
        var notes = new List<string>();
        try
        {
            await ToolRun.RunAsync(
                Program,
                [
                    "--warning-exit-0",
                    "--json=2",
                    "--json-key=qpdf",
                    "--json-stream-data=none",
                    file.Path,
                ],
                (output, token) => CollectAsync(output.BaseStream, notes, token),
                ct
            );
        }
        catch (JsonException)
        {
            // It stopped in the middle of an object that is broken.
            text.Warn(DocumentWarnings.Damaged);
        }
        foreach (var note in notes)
        {
            text.Add(note);
        }
    }

    private static async Task CollectAsync(Stream json, List<string> notes, CancellationToken ct)
    {
        var objects = new Stack<Note>();
        var state = new JsonReaderState(new JsonReaderOptions { MaxDepth = 1000 });
        var buffer = new byte[128 * 1024];
        var held = 0;
        while (notes.Count < Most)
        {
            var read = await json.ReadAsync(buffer.AsMemory(held), ct);
            var used = Take(buffer.AsSpan(0, held + read), read == 0, ref state, objects, notes);
            if (read == 0)
            {
                return;
            }
            held = held + read - used;
            buffer.AsSpan(used, held).CopyTo(buffer);
            if (held == buffer.Length)
            {
                if (held >= MaxBuffer)
                {
                    return;
                }
                Array.Resize(ref buffer, held * 2);
            }
        }
    }

    // How much of it was whole.
    private static int Take(
        ReadOnlySpan<byte> json,
        bool isLast,
        ref JsonReaderState state,
        Stack<Note> objects,
        List<string> notes
    )
    {
        var reader = new Utf8JsonReader(json, isLast, state);
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    objects.Push(new Note());
                    break;
                case JsonTokenType.EndObject when objects.TryPop(out var ended):
                    if (Kinds.Contains(ended.Kind) && !string.IsNullOrWhiteSpace(ended.Contents))
                    {
                        notes.Add(ended.Whole);
                    }
                    break;
                case JsonTokenType.PropertyName when objects.TryPeek(out var named):
                    named.Property =
                        reader.ValueTextEquals("/Subtype"u8) ? "/Subtype"
                        : reader.ValueTextEquals("/Contents"u8) ? "/Contents"
                        : reader.ValueTextEquals("/T"u8) ? "/T"
                        : "";
                    break;
                case JsonTokenType.String when objects.TryPeek(out var owner):
                    owner.Take(ref reader);
                    break;
                default:
                    break;
            }
        }
        state = reader.CurrentState;
        return (int)reader.BytesConsumed;
    }

    private sealed class Note
    {
        // qpdf's mark of strings that are text.
        private const string Text = "u:";

        public string Property { get; set; } = "";

        public string Kind { get; private set; } = "";

        public string Contents { get; private set; } = "";

        public string Author { get; private set; } = "";

        public string Whole => Author.Length > 0 ? $"{Author}: {Contents}" : Contents;

        public void Take(ref Utf8JsonReader reader)
        {
            if (Property.Length == 0)
            {
                return;
            }
            var value = reader.GetString() ?? "";
            var said = value.StartsWith(Text, StringComparison.Ordinal) ? value[Text.Length..] : "";
            switch (Property)
            {
                case "/Subtype":
                    Kind = value;
                    break;
                case "/Contents":
                    Contents = said;
                    break;
                case "/T":
                    Author = said;
                    break;
                default:
                    break;
            }
            Property = "";
        }
    }
}
