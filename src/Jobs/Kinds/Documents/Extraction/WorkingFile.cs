using Microsoft.Extensions.Logging;

namespace Jobs.Kinds.Documents.Extraction;

/// <summary>
/// A document as a file of its own for as long as it is read: with a random name in a directory that only this
/// user can enter, deleted at the end. Extractors go through it as often as they need to, and none holds it whole.
/// </summary>
internal sealed class WorkingFile : IDisposable
{
    private const int BufferLength = 64 * 1024;
    private readonly ILogger log;

    private WorkingFile(string path, ILogger log)
    {
        Path = path;
        this.log = log;
    }

    public string Path { get; }

    public static async Task<WorkingFile> CreateAsync(
        Stream content,
        ILogger log,
        CancellationToken ct
    )
    {
        // CreateTempSubdirectory makes it with mode 0700.
        var directory = Directory.CreateTempSubdirectory("jobs-");
        var file = new WorkingFile(System.IO.Path.Combine(directory.FullName, "document"), log);
        try
        {
            await using var target = new FileStream(
                file.Path,
                FileMode.CreateNew,
                FileAccess.Write,
                FileShare.None,
                BufferLength,
                FileOptions.Asynchronous
            );
            await content.CopyToAsync(target, ct);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public FileStream OpenRead() =>
        new(
            Path,
            FileMode.Open,
            FileAccess.Read,
            FileShare.Read,
            BufferLength,
            FileOptions.Asynchronous
        );

    public void Dispose()
    {
        var directory = System.IO.Path.GetDirectoryName(Path)!;
        try
        {
            Directory.Delete(directory, recursive: true);
        }
        catch (IOException e)
        {
            DocumentLog.WorkingFileLeft(log, e, directory);
        }
    }
}
