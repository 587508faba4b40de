using System.Runtime.CompilerServices;

namespace Jobs.Tests.Docs;

/// <summary>The documentation as it stands in the repository.</summary>
internal static class Documentation
{
    public static string Root { get; } = FindRoot();

    /// <summary>The pages, by their full path.</summary>
    public static IReadOnlyList<(string Path, string Text)> Pages { get; } =
    [
        .. Directory
            .EnumerateFiles(Path.Combine(Root, "docs"), "*.md", SearchOption.AllDirectories)
            .Append(Path.Combine(Root, "README.md"))
            .Append(Path.Combine(Root, "CHANGELOG.md"))
            .Select(path => (path, File.ReadAllText(path))),
    ];

    public static string NameOf(string path) => Path.GetRelativePath(Root, path);

    // From this file: the tests may run from anywhere.
    private static string FindRoot([CallerFilePath] string here = "")
    {
        var at = new FileInfo(here).Directory;
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "Jobs.sln")))
        {
            at = at.Parent;
        }
        return at?.FullName
            ?? throw new DirectoryNotFoundException($"There is no Jobs.sln above {here}.");
    }
}
