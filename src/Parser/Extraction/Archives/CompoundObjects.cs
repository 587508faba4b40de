using Jobs.Parser.Formats;
using NPOI.POIFS.FileSystem;

namespace Jobs.Parser.Extraction.Archives;

/// <summary>
/// What is in compound files: the container of Office before 2007, in which that of today keeps what other programs put
/// into a document. Read by NPOI.
/// </summary>
internal static class CompoundObjects
{
    private const string Packed = "\u0001Ole10Native";

    // As Office, Acrobat and OpenOffice call the stream that is the whole file.
    private static readonly string[] Whole =
    [
        "Package",
        "package",
        "EmbeddedOdf",
        "CONTENTS",
        "Contents",
    ];

    private static readonly (string Stream, string Extension)[] Old =
    [
        ("Workbook", ".xls"),
        ("Book", ".xls"),
        ("WordDocument", ".doc"),
        ("PowerPoint Document", ".ppt"),
    ];

    /// <summary>Whether a file is one; workbooks of the oldest Excels are not.</summary>
    public static bool IsOne(SourceFile file)
    {
        using var stream = file.OpenRead();
        var head = new byte[FormatDetector.Compound.Length];
        var read = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        return FormatDetector.Compound.SequenceEqual(head.AsSpan(0, read));
    }

    /// <summary>Opens a compound file; what is broken about it comes as any exception.</summary>
    public static NPOIFSFileSystem Open(Stream file) => new(file);

    /// <summary>The file that an object is.</summary>
    /// <param name="fallback">Its name where it has none of its own.</param>
    /// <returns>Null for what is no file, such as a formula or a button.</returns>
    public static (string Name, byte[] Content)? FileOf(DirectoryNode directory, string fallback)
    {
        var names = directory.EntryNames;
        if (names.Contains(Packed))
        {
            var packed = Ole10Native.CreateFromEmbeddedOleObject(directory);
            var name = packed.FileName is { Length: > 0 } file ? file : packed.Label;
            return (NameOf(name) ?? fallback, packed.DataBuffer);
        }
        foreach (var stream in Whole.Where(names.Contains))
        {
            var content = Bytes(directory, stream);
            if (IsKnown(content))
            {
                return (fallback, content);
            }
        }
        foreach (var (stream, extension) in Old.Where(o => names.Contains(o.Stream)))
        {
            return (Path.ChangeExtension(fallback, extension), Alone(directory, stream));
        }
        return null;
    }

    // They are the paths of whoever packed them.
    private static string? NameOf(string? path) =>
        path?.Split('\\', '/')[^1].Trim() is { Length: > 0 } name ? name : null;

    private static bool IsKnown(ReadOnlySpan<byte> content) =>
        content.StartsWith("%PDF"u8) || content.StartsWith("PK"u8);

    private static byte[] Bytes(DirectoryNode directory, string stream)
    {
        using var source = directory.CreateDocumentInputStream(stream);
        var bytes = new byte[source.Length];
        source.ReadExactly(bytes);
        return bytes;
    }

    // The one stream that has the text, in a compound file of its own.
    private static byte[] Alone(DirectoryNode directory, string stream)
    {
        var file = new NPOIFSFileSystem();
        file.Root.CreateDocument(stream, new MemoryStream(Bytes(directory, stream)));
        using var target = new MemoryStream();
        file.WriteFileSystem(target);
        return target.ToArray();
    }
}
