namespace Jobs.Database;

/// <summary>How the embedded PostgreSQL is kept; section <c>Jobs:Postgres</c>.</summary>
public sealed class EmbeddedPostgresOptions
{
    public const int DefaultPort = 5432;

    /// <summary>Where cluster, socket and log live, in <c>postgres</c> below it. Required; taken from <c>Jobs:DataDirectory</c>.</summary>
    public string DataDirectory { get; set; } = "";

    /// <summary>The number in the name of the socket. No TCP port is opened, so none can be taken.</summary>
    public int Port { get; set; } = DefaultPort;

    /// <summary>Whether a commit survives the loss of power. Off only where the data is thrown away, as in tests.</summary>
    public bool Durable { get; set; } = true;

    /// <summary>How long the server may take until it answers, recovery from a crash included.</summary>
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Settings of PostgreSQL by name, over those that are chosen here.</summary>
    public IDictionary<string, string> Settings { get; } =
        new Dictionary<string, string>(StringComparer.Ordinal);
}
