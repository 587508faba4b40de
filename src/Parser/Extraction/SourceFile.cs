using Jobs.Parser.Protocol;

namespace Jobs.Parser.Extraction;

/// <summary>A file that is read: the document itself, or one that was found in it.</summary>
/// <param name="Path">Where its bytes are, in a folder of this document alone.</param>
/// <param name="Name">What it is called; never a path.</param>
/// <param name="Depth">In how many other files it is.</param>
/// <param name="Budget">Of the whole document.</param>
/// <param name="Request">What was asked for.</param>
internal sealed record SourceFile(
    string Path,
    string Name,
    int Depth,
    UnfoldingBudget Budget,
    ParseRequest Request
)
{
    private const int BufferLength = 64 * 1024;

    /// <summary>The folder for what reading it needs besides.</summary>
    public string Folder => System.IO.Path.GetDirectoryName(Path)!;

    public FileStream OpenRead() =>
        new(Path, FileMode.Open, FileAccess.Read, FileShare.Read, BufferLength);

    public async Task<byte[]> HeadAsync(CancellationToken cancellationToken)
    {
        await using var stream = OpenRead();
        var head = new byte[ParserLimits.HeadLength];
        var read = await stream.ReadAtLeastAsync(
            head,
            head.Length,
            throwOnEndOfStream: false,
            cancellationToken
        );
        return head[..read];
    }
}
