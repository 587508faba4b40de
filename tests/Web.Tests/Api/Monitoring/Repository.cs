namespace Jobs.Web.Tests.Api.Monitoring;

/// <summary>Where the files are that are no code.</summary>
internal static class Repository
{
    public static string Folder { get; } = Find();

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Jobs.sln")))
        {
            folder = folder.Parent;
        }
        return folder.FullName;
    }
}
