using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Jobs.Kinds.Queries.Reports;

/// <summary>The reports that there are, read from their files at the start and when it is told to. Thread-safe.</summary>
public sealed class ReportCatalog
{
    private const long MaxFile = 1024 * 1024;
    private readonly ReportSources sources;
    private readonly string folder;
    private readonly ILogger<ReportCatalog> log;
    private volatile Loaded loaded;

    public ReportCatalog(
        ReportSources sources,
        IOptions<ReportOptions> options,
        IHostEnvironment? host,
        ILogger<ReportCatalog> log
    )
    {
        this.sources = sources;
        this.log = log;
        var root = host?.ContentRootPath ?? AppContext.BaseDirectory;
        folder = options.Value.Folder is { Length: > 0 } given
            ? Path.GetFullPath(given, root)
            : Find(root);
        loaded = Read();
    }

    public IReadOnlyCollection<Report> All => loaded.Reports.Values;

    /// <summary>Files that are no reports, with the reason.</summary>
    public IReadOnlyDictionary<string, string> Faults => loaded.Faults;

    /// <summary>Of what was read: the same where the same files were.</summary>
    public string Version => loaded.Version;

    public Report? Get(string name) => loaded.Reports.GetValueOrDefault(name);

    /// <summary>Reads the files again. A file that is no report any more keeps no report.</summary>
    public void Reload() => loaded = Read();

    private Loaded Read()
    {
        var reports = new Dictionary<string, Report>(StringComparer.Ordinal);
        var faults = new Dictionary<string, string>(StringComparer.Ordinal);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        if (Directory.Exists(folder))
        {
            foreach (
                var path in Directory.EnumerateFiles(folder, "*.sql").Order(StringComparer.Ordinal)
            )
            {
                var name = Path.GetFileNameWithoutExtension(path);
                try
                {
                    var text = ReadText(path);
                    reports[name] = Parse(name, text);
                    hash.AppendData(Encoding.UTF8.GetBytes($"{name}\0{text}\0"));
                }
                catch (Exception e)
                    when (e is FormatException or IOException or UnauthorizedAccessException)
                {
                    faults[name] = e.Message;
                    ReportLog.NotRead(log, name, e.Message);
                }
            }
        }
        return new Loaded(reports, faults, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    private static string ReadText(string path) =>
        new FileInfo(path).Length <= MaxFile
            ? File.ReadAllText(path)
            : throw new FormatException("the file is too large");

    private Report Parse(string name, string text)
    {
        var report = ReportFile.Parse(name, text);
        return sources.Has(report.Source)
            ? report
            : throw new FormatException($"there is no data source '{report.Source}'");
    }

    private static string Find(string root)
    {
        for (var at = new DirectoryInfo(root); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Jobs.sln")))
            {
                return Path.Combine(at.FullName, "reports");
            }
        }
        return Path.Combine(AppContext.BaseDirectory, "reports");
    }

    private sealed record Loaded(
        Dictionary<string, Report> Reports,
        Dictionary<string, string> Faults,
        string Version
    );
}
