using System.Diagnostics;
using System.Globalization;

namespace Jobs.Database;

/// <summary>
/// The user whom PostgreSQL runs as: ours, or another one where we are root, which PostgreSQL refuses to be.
/// </summary>
internal sealed class PostgresAccount
{
    private readonly (int User, int Group)? _other;

    private PostgresAccount((int User, int Group)? other) => _other = other;

    /// <summary>Root takes the owner of the cluster that stands, else <c>postgres</c>, else <c>nobody</c>.</summary>
    /// <exception cref="EmbeddedPostgresException">Run by root, and there is no user to become.</exception>
    public static async Task<PostgresAccount> FindAsync(PostgresHome home, CancellationToken ct)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return new PostgresAccount(other: null);
        }
        if (PostgresTool.OnPath("setpriv") is null)
        {
            throw new EmbeddedPostgresException(
                "Run by root, the embedded PostgreSQL needs setpriv (package util-linux). Install it, or start as another user."
            );
        }
        if (Directory.Exists(home.Cluster))
        {
            var stat = new ProcessStartInfo("stat", ["-c", "%u:%g", home.Cluster]);
            var (_, owner) = await PostgresTool.RunAsync(stat, ct);
            if (Parse(owner.Split(':')) is { User: > 0 } standing)
            {
                return new PostgresAccount(standing);
            }
        }
        var lines = await File.ReadAllLinesAsync("/etc/passwd", ct);
        var users = lines
            .Select(line => line.Split(':'))
            .Where(fields => fields.Length > 3)
            .ToList();
        var user =
            users.Find(fields => fields[0] == "postgres")
            ?? users.Find(fields => fields[0] == "nobody")
            ?? throw new EmbeddedPostgresException(
                "Run by root, the embedded PostgreSQL needs a user postgres or nobody to run as, and there is neither."
            );
        return new PostgresAccount(Parse(user[2..4]));
    }

    public void Give(string path)
    {
        if (_other is { } other)
        {
            PosixCalls.Give(path, other.User, other.Group);
        }
    }

    /// <summary>The command that runs a program as this user, in a session of its own, to be interrupted when its parent dies.</summary>
    public ProcessStartInfo Command(
        string program,
        IEnumerable<string> arguments,
        string workingDirectory
    )
    {
        List<string> command = [];
        // Out of our process group: Ctrl-C is for us, and the server stops last.
        if (PostgresTool.OnPath("setsid") is { } setsid)
        {
            command.Add(setsid);
        }
        if (PostgresTool.OnPath("setpriv") is { } setpriv)
        {
            command.AddRange([setpriv, "--pdeathsig", "INT"]);
            if (_other is { } other)
            {
                command.AddRange([
                    string.Create(CultureInfo.InvariantCulture, $"--reuid={other.User}"),
                    string.Create(CultureInfo.InvariantCulture, $"--regid={other.Group}"),
                    "--clear-groups",
                ]);
            }
            command.Add("--");
        }
        command.Add(program);
        command.AddRange(arguments);
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = workingDirectory,
        };
        // Our environment may carry keys and passwords, which are none of another user's business.
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/local/bin:/usr/bin:/bin";
        start.Environment["LANG"] = "C.UTF-8";
        return start;
    }

    private static (int User, int Group)? Parse(string[] ids) =>
        ids is [var user, var group]
        && int.TryParse(user, CultureInfo.InvariantCulture, out var userId)
        && int.TryParse(group, CultureInfo.InvariantCulture, out var groupId)
            ? (userId, groupId)
            : null;
}
