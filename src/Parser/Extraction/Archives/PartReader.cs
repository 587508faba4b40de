using System.Globalization;

namespace Jobs.Parser.Extraction.Archives;

/// <summary>Reads the files that are within another one, each under a heading with its name.</summary>
internal sealed class PartReader(Func<SourceFile, ExtractedText, CancellationToken, Task> read)
{
    private const int MaxName = 200;
    private int next;

    // What one file does is done to the whole document: these are no mere parts that could not be read.
    private static readonly string[] Fatal =
    [
        ParseErrors.ArchiveBomb,
        ParseErrors.NestedTooDeep,
        ParseErrors.TimeLimit,
    ];

    /// <summary>Reads a part; one that cannot be read is named in a warning.</summary>
    /// <param name="name">A label; never a path.</param>
    /// <param name="isLabelled">Whether its name stands above it.</param>
    /// <param name="open">Its bytes, which are disposed.</param>
    public async Task ReadAsync(
        SourceFile container,
        string name,
        Func<Stream> open,
        ExtractedText text,
        CancellationToken ct,
        bool isLabelled = true
    )
    {
        var label = Text.CleanText.Line(name, MaxName) ?? "unnamed";
        if (container.Depth >= ParserLimits.MaxDepth)
        {
            throw new ParseException(
                ParseErrors.NestedTooDeep,
                $"Files are nested in files more than {ParserLimits.MaxDepth} deep. Send the inner ones as files of their own."
            );
        }
        var path = Path.Combine(
            container.Folder,
            string.Create(
                CultureInfo.InvariantCulture,
                $"part-{container.Depth}-{Interlocked.Increment(ref next)}"
            )
        );
        try
        {
            await using (var source = open())
            await using (var target = new FileStream(path, FileMode.CreateNew))
            {
                await source.CopyToAsync(target, ct);
            }
            var part = container with { Path = path, Name = label, Depth = container.Depth + 1 };
            if (isLabelled)
            {
                text.Add(label, heading: 1);
            }
            await read(part, text, ct);
        }
        catch (ParseException e) when (!Fatal.Contains(e.Code))
        {
            text.Warn($"{DocumentWarnings.PartUnread}: {label} ({e.Code})");
        }
        finally
        {
            File.Delete(path);
        }
    }
}
