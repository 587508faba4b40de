using System.Runtime.InteropServices;

namespace Jobs.Kinds.Documents.Parsing;

/// <summary>Where the parser's program is: beside the host's, or copied where its user can read it.</summary>
internal static class ParserFiles
{
    private const string Name = "Jobs.Parser";

    /// <summary>The program that runs it: the one that belongs to this process's runtime, else the one on the path.</summary>
    public static string Runtime
    {
        get
        {
            var beside = Path.GetFullPath(
                Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet")
            );
            return File.Exists(beside) ? beside : "dotnet";
        }
    }

    public static string Program => Path.Combine(AppContext.BaseDirectory, $"{Name}.dll");

    /// <summary>Copies the program to a folder that everybody may read and only this user may write.</summary>
    public static string Copy()
    {
        var target = Directory.CreateTempSubdirectory("jobs-parser-program-").FullName;
        File.SetUnixFileMode(
            target,
            UnixFileMode.UserRead
                | UnixFileMode.UserWrite
                | UnixFileMode.UserExecute
                | UnixFileMode.GroupRead
                | UnixFileMode.GroupExecute
                | UnixFileMode.OtherRead
                | UnixFileMode.OtherExecute
        );
        // What it depends on stands in its list; the host's own libraries do not.
        var dependencies = File.ReadAllText(
            Path.Combine(AppContext.BaseDirectory, $"{Name}.deps.json")
        );
        foreach (var file in Directory.EnumerateFiles(AppContext.BaseDirectory))
        {
            var name = Path.GetFileName(file);
            if (
                name.StartsWith($"{Name}.", StringComparison.Ordinal)
                || (
                    name.EndsWith(".dll", StringComparison.Ordinal)
                    && dependencies.Contains(name, StringComparison.Ordinal)
                )
            )
            {
                var copy = Path.Combine(target, name);
                File.Copy(file, copy);
                File.SetUnixFileMode(
                    copy,
                    UnixFileMode.UserRead
                        | UnixFileMode.UserWrite
                        | UnixFileMode.GroupRead
                        | UnixFileMode.OtherRead
                );
            }
        }
        return Path.Combine(target, $"{Name}.dll");
    }
}
