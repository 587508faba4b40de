using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Jobs.Database;

/// <summary>The programs of one installed PostgreSQL.</summary>
internal sealed partial record PostgresBinaries(string Directory, int Major)
{
    public const int OldestMajor = 15;

    private const string HowToInstall =
        "Debian and Ubuntu: apt-get install postgresql; Fedora: dnf install postgresql-server; "
        + "Alpine: apk add postgresql; Arch: pacman -S postgresql; macOS: brew install postgresql. "
        + "Or set ConnectionStrings__Jobs to a server of your own.";

    // Folders whose children are major versions, newest to be taken first.
    private static readonly string[] Versioned =
    [
        "/usr/lib/postgresql",
        "/usr/libexec/postgresql",
        "/opt/homebrew/opt",
        "/usr/local/opt",
    ];

    public string Server => Path.Combine(Directory, "postgres");

    public string InitDb => Path.Combine(Directory, "initdb");

    /// <summary>Folders that may hold the programs, best first: PATH, then where systems install them.</summary>
    public static IEnumerable<string> Candidates()
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(
            Path.PathSeparator,
            StringSplitOptions.RemoveEmptyEntries
        );
        var installed = Versioned
            .Where(System.IO.Directory.Exists)
            .SelectMany(System.IO.Directory.EnumerateDirectories)
            .Concat(
                System.IO.Directory.Exists("/usr")
                    ? System.IO.Directory.EnumerateDirectories("/usr", "pgsql-*")
                    : []
            )
            .OrderByDescending(VersionInName)
            .Select(directory => Path.Combine(directory, "bin"));
        return path.Concat(installed);
    }

    /// <summary>The first installation that fits: of the cluster's own major version where there is a cluster.</summary>
    /// <exception cref="EmbeddedPostgresException">None fits; the message says what to install.</exception>
    public static async Task<PostgresBinaries> FindAsync(
        IEnumerable<string> candidates,
        int? clusterMajor,
        CancellationToken cancellationToken
    )
    {
        var seen = new SortedSet<int>();
        foreach (var directory in candidates.Distinct(StringComparer.Ordinal))
        {
            if (
                !File.Exists(Path.Combine(directory, "postgres"))
                || !File.Exists(Path.Combine(directory, "initdb"))
            )
            {
                continue;
            }
            var major = await MajorAsync(directory, cancellationToken);
            seen.Add(major);
            if (clusterMajor is null ? major >= OldestMajor : major == clusterMajor)
            {
                return new PostgresBinaries(directory, major);
            }
        }
        var found =
            seen.Count == 0
                ? "none was found on PATH or in the system's folders"
                : $"only {string.Join(", ", seen)} was found";
        throw new EmbeddedPostgresException(
            clusterMajor is { } needed
                ? $"The embedded database was made by PostgreSQL {needed}, and {found}. Install that version (Debian and Ubuntu: apt-get install postgresql-{needed})."
                : $"The embedded database needs PostgreSQL {OldestMajor} or newer, and {found}. {HowToInstall}"
        );
    }

    private static async Task<int> MajorAsync(string directory, CancellationToken ct)
    {
        var start = new ProcessStartInfo(Path.Combine(directory, "postgres"), ["--version"]);
        var (_, output) = await PostgresTool.RunAsync(start, ct);
        var match = FirstNumber().Match(output);
        return match.Success ? int.Parse(match.Value, CultureInfo.InvariantCulture) : 0;
    }

    private static int VersionInName(string directory) =>
        FirstNumber().Match(Path.GetFileName(directory)) is { Success: true } match
            ? int.Parse(match.Value, CultureInfo.InvariantCulture)
            : 0;

    [GeneratedRegex(
        "[0-9]{1,3}",
        RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex FirstNumber();
}
