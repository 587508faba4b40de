namespace Jobs.Parser.Extraction;

/// <summary>What the archives of one document may unfold to, counted as it unfolds and not as they declare it.</summary>
internal sealed class UnfoldingBudget(
    long maxBytes = ParserLimits.MaxUnfolded,
    int maxEntries = ParserLimits.MaxEntries
)
{
    private long bytes;
    private int entries;

    /// <summary>Counts the entries of an archive.</summary>
    /// <exception cref="ParseException">There are too many; code <c>archive_bomb</c>.</exception>
    public void AddEntries(int count)
    {
        entries += count;
        if (entries > maxEntries)
        {
            throw Bomb($"has more than {maxEntries} entries");
        }
    }

    /// <summary>Counts what a part unfolded to.</summary>
    /// <param name="added">Bytes since the last call.</param>
    /// <param name="ofPart">Bytes of the part so far.</param>
    /// <param name="compressed">Bytes of the part in its archive.</param>
    /// <exception cref="ParseException">It is too much; code <c>archive_bomb</c>.</exception>
    public void Add(long added, long ofPart, long compressed)
    {
        bytes += added;
        if (bytes > maxBytes)
        {
            throw Bomb($"unfolds to more than {maxBytes / (1024 * 1024)} MB");
        }
        if (
            ofPart > ParserLimits.FreeUnfolded
            && ofPart / ParserLimits.MaxRatio > Math.Max(compressed, 1)
        )
        {
            throw Bomb($"unfolds to more than {ParserLimits.MaxRatio} times its length");
        }
    }

    private static ParseException Bomb(string what) =>
        new(
            ParseErrors.ArchiveBomb,
            $"The file {what}, which no ordinary document does. Send what is in it as files of their own."
        );
}
