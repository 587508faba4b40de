using System.Security.Cryptography;
using System.Text;

namespace Jobs.Database;

/// <summary>
/// The folders of the embedded server: cluster, log, and socket. They follow from the data directory alone, so that
/// every process on it finds the same ones, whoever came first.
/// </summary>
internal sealed class PostgresHome
{
    // The kernel's limit on the path of a socket, without its terminating zero.
    private const int SocketPathLimit = 107;

    private const UnixFileMode OwnerOnly =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private PostgresHome(string path, int port)
    {
        Root = path;
        Directory.CreateDirectory(Root, OwnerOnly);
        SocketDirectory = FindSocketDirectory(port);
    }

    public string Root { get; }

    public string Cluster => Path.Combine(Root, "data");

    public string Log => Path.Combine(Root, "log");

    public string SocketDirectory { get; }

    /// <summary>The major version of the cluster's maker; null while there is no cluster.</summary>
    public int? ClusterMajor =>
        File.Exists(VersionFile)
        && int.TryParse(
            File.ReadAllText(VersionFile).Trim(),
            System.Globalization.CultureInfo.InvariantCulture,
            out var major
        )
            ? major
            : null;

    private string VersionFile => Path.Combine(Cluster, "PG_VERSION");

    /// <summary>The home that belongs to the data directory; its place is noted there where it is not the usual one.</summary>
    /// <exception cref="EmbeddedPostgresException">The folders cannot be used by this user.</exception>
    public static PostgresHome Locate(string dataDirectory, int port)
    {
        try
        {
            Directory.CreateDirectory(dataDirectory);
            return new PostgresHome(RootFor(dataDirectory), port);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new EmbeddedPostgresException(
                $"The data directory '{dataDirectory}' cannot be used: {failure.Message} Start as the user who owns it, or set Jobs__DataDirectory to another.",
                failure
            );
        }
    }

    /// <summary>
    /// The right to run the server, held by one process at a time and ended by the kernel with that process;
    /// null while another one has it.
    /// </summary>
    public FileStream? TryOwn()
    {
        try
        {
            return new FileStream(
                Path.Combine(Root, "owner.lock"),
                FileMode.OpenOrCreate,
                FileAccess.ReadWrite,
                FileShare.None
            );
        }
        catch (IOException failure)
            when (failure is not (DirectoryNotFoundException or PathTooLongException))
        {
            return null;
        }
    }

    /// <summary>Makes the folders where they are missing, for the user who runs the server.</summary>
    public void Prepare(PostgresAccount account)
    {
        foreach (var directory in new[] { Root, SocketDirectory })
        {
            // The mode is set on what exists as well, which fails on a folder of somebody else.
            Directory.CreateDirectory(directory, OwnerOnly);
            File.SetUnixFileMode(directory, OwnerOnly);
            account.Give(directory);
        }
    }

    private static string RootFor(string dataDirectory)
    {
        var note = Path.Combine(dataDirectory, "postgres.location");
        if (File.Exists(note))
        {
            return File.ReadAllText(note).Trim();
        }
        var usual = Path.Combine(dataDirectory, "postgres");
        if (!Environment.IsPrivilegedProcess || IsOpenToOthers(dataDirectory))
        {
            return usual;
        }
        // Root's own folders are closed to the user who runs the server.
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(dataDirectory)));
        var elsewhere = $"/var/lib/jobs/{name[..12]}";
        Directory.CreateDirectory("/var/lib/jobs");
        File.WriteAllText(note, elsewhere);
        return elsewhere;
    }

    private static bool IsOpenToOthers(string directory)
    {
        for (var at = new DirectoryInfo(directory); at is not null; at = at.Parent)
        {
            if (!at.UnixFileMode.HasFlag(UnixFileMode.OtherExecute))
            {
                return false;
            }
        }
        return true;
    }

    private string FindSocketDirectory(int port)
    {
        var usual = Path.Combine(Root, "socket");
        var socket = Encoding.UTF8.GetByteCount(Path.Combine(usual, $".s.PGSQL.{port}"));
        // The server makes a lock file beside the socket, whose name is longer.
        if (socket + ".lock".Length <= SocketPathLimit)
        {
            return usual;
        }
        var note = Path.Combine(Root, "socket.location");
        if (!File.Exists(note))
        {
            var runtime = Environment.IsPrivilegedProcess
                ? "/run"
                : Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") ?? Path.GetTempPath();
            // Nobody can take the name beforehand: it is random, and noted where only the owner reads.
            var draft = Path.Combine(Root, Path.GetRandomFileName());
            File.WriteAllText(draft, Path.Combine(runtime, $"jobs-{Path.GetRandomFileName()}"));
            try
            {
                File.Move(draft, note, overwrite: false);
            }
            catch (IOException) when (File.Exists(note))
            {
                File.Delete(draft);
            }
        }
        return File.ReadAllText(note).Trim();
    }
}
