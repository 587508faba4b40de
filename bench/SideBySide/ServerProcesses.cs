using System.Globalization;
using Jobs.Bench.Engine;

namespace Jobs.Bench.SideBySide;

/// <summary>What the processes of a PostgreSQL on this machine have used of its processors.</summary>
internal sealed class ServerProcesses
{
    // USER_HZ: what proc(5) counts in, on every Linux that .NET runs on.
    private const double TicksPerSecond = 100;

    // Fields of /proc/PID/stat after the name, from 0.
    private const int Parent = 1;
    private const int UserTime = 11;
    private const int ChildrensSystemTime = 14;

    private readonly int? postmaster;

    private ServerProcesses(int? postmaster) => this.postmaster = postmaster;

    public static async Task<ServerProcesses> FindAsync(BenchDatabase database)
    {
        var backend = Read(await database.ScalarAsync<int>("select pg_backend_pid()"));
        return new(
            backend is { Name: "postgres" } found
                ? int.Parse(found.Fields[Parent], CultureInfo.InvariantCulture)
                : null
        );
    }

    /// <summary>All processor time so far, of processes that have ended too; null for a server elsewhere.</summary>
    public TimeSpan? CpuTime()
    {
        if (postmaster is not { } parent || Read(parent) is not { } server)
        {
            return null;
        }
        // What has ended counts as its parent's.
        var ticks = Ticks(server.Fields, ChildrensSystemTime);
        var id = parent.ToString(CultureInfo.InvariantCulture);
        foreach (var entry in Directory.EnumerateDirectories("/proc"))
        {
            if (
                int.TryParse(
                    Path.GetFileName(entry),
                    NumberStyles.None,
                    CultureInfo.InvariantCulture,
                    out var process
                )
                && Read(process) is { } child
                && child.Fields[Parent] == id
            )
            {
                ticks += Ticks(child.Fields, UserTime + 1);
            }
        }
        return TimeSpan.FromSeconds(ticks / TicksPerSecond);
    }

    private static long Ticks(string[] fields, int last) =>
        fields[UserTime..(last + 1)].Sum(f => long.Parse(f, CultureInfo.InvariantCulture));

    private static (string Name, string[] Fields)? Read(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            var end = stat.LastIndexOf(')');
            return (stat[(stat.IndexOf('(') + 1)..end], stat[(end + 2)..].Split(' '));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
