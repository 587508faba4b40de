using System.Globalization;

namespace Jobs.Database;

/// <summary>The file by which a running server marks its cluster, <c>postmaster.pid</c>.</summary>
internal static class PostmasterFile
{
    private const string Name = "postmaster.pid";

    public static string PathIn(string cluster) => Path.Combine(cluster, Name);

    /// <summary>The process in the file, alive or not; null where there is no file.</summary>
    public static int? Read(string cluster) =>
        int.TryParse(
            Mark(PathIn(cluster)).FirstOrDefault(),
            CultureInfo.InvariantCulture,
            out var processId
        )
        && processId > 0
            ? processId
            : null;

    /// <summary>Whether the process lives and is the server of this cluster, not a later one with its number.</summary>
    public static bool IsServer(int processId, string cluster)
    {
        if (!OperatingSystem.IsLinux())
        {
            return PosixCalls.Signal(processId, 0) == 0;
        }
        // A server works in its cluster's folder, so its file seen through the process is this very file.
        var mark = Mark(PathIn(cluster));
        return mark.Length == 3 && mark.SequenceEqual(Mark($"/proc/{processId}/cwd/{Name}"));
    }

    // Process, folder and start time.
    private static string[] Mark(string path)
    {
        try
        {
            return [.. File.ReadLines(path).Take(3)];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
