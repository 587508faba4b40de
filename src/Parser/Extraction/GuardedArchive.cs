using System.IO.Compression;
using System.Text;

namespace Jobs.Parser.Extraction;

/// <summary>A ZIP archive whose entries are counted as they unfold. Names in it are labels and never paths.</summary>
internal sealed class GuardedArchive : IDisposable
{
    private readonly ZipArchive archive;
    private readonly SourceFile file;
    private readonly EntryNames names;
    private readonly Dictionary<string, ZipArchiveEntry> byName = new(
        StringComparer.OrdinalIgnoreCase
    );

    private GuardedArchive(ZipArchive archive, SourceFile file)
    {
        this.archive = archive;
        this.file = file;
        names = new EntryNames(archive.Entries.Select(e => e.FullName));
        foreach (var entry in archive.Entries)
        {
            // Some writers separate folders with a backslash. Of two entries of a name the first counts.
            byName.TryAdd(NameOf(entry).Replace('\\', '/').TrimStart('/'), entry);
        }
    }

    public IReadOnlyList<ZipArchiveEntry> Entries => archive.Entries;

    /// <summary>Opens a file as an archive.</summary>
    /// <exception cref="ParseException">It is broken or has too many entries.</exception>
    public static GuardedArchive Open(SourceFile file)
    {
        var stream = file.OpenRead();
        try
        {
            var archive = new ZipArchive(
                stream,
                ZipArchiveMode.Read,
                leaveOpen: false,
                EntryNames.Raw
            );
            file.Budget.AddEntries(archive.Entries.Count);
            return new GuardedArchive(archive, file);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or ArgumentException)
        {
            stream.Dispose();
            throw Broken(e);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>What an entry is called, whatever its writer's code page was.</summary>
    public string NameOf(ZipArchiveEntry entry) => names.Of(entry.FullName);

    public ZipArchiveEntry? Find(string name) => byName.GetValueOrDefault(name.TrimStart('/'));

    /// <summary>The bytes of an entry, as long as the document's budget lasts.</summary>
    public Stream OpenEntry(ZipArchiveEntry entry)
    {
        if (entry.IsEncrypted)
        {
            throw new ParseException(
                ParseErrors.Encrypted,
                "The archive needs a password. Send a copy that was made without one."
            );
        }
        try
        {
            return new UnfoldingStream(entry.Open(), entry.CompressedLength, file.Budget);
        }
        // The text of the exception is the one thing that tells the two apart.
        catch (InvalidDataException e)
            when (e.Message.Contains("compressed using", StringComparison.Ordinal))
        {
            throw new ParseException(
                ParseErrors.UnsupportedType,
                "The archive is compressed in a way that is not read, such as bzip2 or LZMA. Make it anew with the usual one, Deflate.",
                e
            );
        }
        catch (Exception e) when (e is InvalidDataException or IOException or NotSupportedException)
        {
            throw Broken(e);
        }
    }

    /// <summary>The beginning of a small entry that is text.</summary>
    public string ReadText(ZipArchiveEntry entry, int maxBytes)
    {
        using var stream = OpenEntry(entry);
        var bytes = new byte[maxBytes];
        return Encoding.UTF8.GetString(
            bytes,
            0,
            stream.ReadAtLeast(bytes, maxBytes, throwOnEndOfStream: false)
        );
    }

    /// <summary>
    /// Counts every entry without keeping it, for a library that opens the archive itself: it meets no more than this
    /// did.
    /// </summary>
    public void Measure(CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        foreach (var entry in archive.Entries)
        {
            using var stream = OpenEntry(entry);
            while (stream.Read(buffer) > 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    public void Dispose() => archive.Dispose();

    public static ParseException Broken(Exception e) =>
        new(
            ParseErrors.Unreadable,
            "The file is broken: its parts cannot be opened. Open it in the program that it comes from, and save it anew.",
            e
        );
}
