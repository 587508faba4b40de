namespace Jobs.Database;

/// <summary>The default of <see cref="JobsOptions.DataDirectory"/>.</summary>
internal static class DataDirectory
{
    private const string Name = ".local";

    public static string Resolve(string? configured, string contentRoot)
    {
        if (!string.IsNullOrWhiteSpace(configured))
        {
            return Path.GetFullPath(configured, contentRoot);
        }
        for (var at = new DirectoryInfo(contentRoot); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Jobs.sln")))
            {
                return Path.Combine(at.FullName, Name);
            }
        }
        return Path.GetFullPath(Name);
    }
}
