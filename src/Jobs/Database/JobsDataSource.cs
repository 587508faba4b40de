using Npgsql;

namespace Jobs.Database;

/// <summary>
/// The process's two pools on the database. Both are small: two cores of PostgreSQL are saturated by a handful of
/// connections, and a larger pool only makes the slowest request slower.
/// </summary>
/// <remarks>Thread-safe; owns its pools. Failures of the database surface as <see cref="NpgsqlException"/>.</remarks>
public sealed class JobsDataSource : IAsyncDisposable
{
    private readonly string requestsSettings;
    private readonly string engineSettings;

    /// <summary>Connects when it is first used.</summary>
    /// <param name="connectionString">Of the database, or of a pooler in front of it.</param>
    /// <param name="sessionConnectionString">
    /// Of the database itself, where <paramref name="connectionString"/> leads to a pooler that hands out connections by
    /// the transaction; null where there is none.
    /// </param>
    public JobsDataSource(string connectionString, string? sessionConnectionString = null)
    {
        var isPooled = sessionConnectionString is not null;
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        // What must have the database says so in two seconds instead of keeping its caller waiting.
        Default(builder, "Timeout", "2");
        Default(builder, "Command Timeout", "30");
        Default(builder, "Keepalive", "15");
        // A prepared statement belongs to a session, and the next transaction may come to another.
        Default(builder, "Max Auto Prepare", isPooled ? "0" : "64");
        Default(builder, "Auto Prepare Min Usages", "2");
        Default(builder, "Application Name", "jobs");
        // Nothing here changes a session beyond its transaction; undoing it would cost seven statements each time.
        Default(builder, "No Reset On Close", "true");
        var engine = new NpgsqlConnectionStringBuilder(builder.ConnectionString)
        {
            MaxPoolSize = 8,
            ApplicationName = $"{builder.ApplicationName}-engine",
        };
        // Planned for each execution, as behind a pooler, a statement needs no plan that is right for ever.
        if (!isPooled)
        {
            engine.Options = $"{builder.Options} {EnginePlanner.StartupOptions}".Trim();
        }
        Default(builder, "Maximum Pool Size", "16");
        requestsSettings = builder.ConnectionString;
        SessionConnectionString = sessionConnectionString ?? builder.ConnectionString;
        engineSettings = engine.ConnectionString;
        Requests = Build(builder, "jobs");
        Engine = Build(engine, "jobs-engine");
    }

    /// <summary>
    /// For what needs a session of its own: <c>LISTEN</c>, and migrations. With the password; never to be logged.
    /// </summary>
    public string SessionConnectionString { get; }

    /// <summary>For requests and handlers; at most 16 connections unless the connection string says otherwise.</summary>
    public NpgsqlDataSource Requests { get; }

    /// <summary>For submission, lease, settle and heartbeat; at most 8 connections.</summary>
    public NpgsqlDataSource Engine { get; }

    /// <summary>A pool beside these, for what must not wait behind others; who asks for it owns it.</summary>
    /// <param name="name">Of the pool and its connections.</param>
    /// <param name="configure">What is other than in the pool that it is like.</param>
    /// <param name="likeEngine">Whether it is like <see cref="Engine"/>, and not like <see cref="Requests"/>.</param>
    public NpgsqlDataSource Apart(
        string name,
        Action<NpgsqlConnectionStringBuilder> configure,
        bool likeEngine = false
    )
    {
        var settings = new NpgsqlConnectionStringBuilder(
            likeEngine ? engineSettings : requestsSettings
        )
        {
            ApplicationName = name,
        };
        configure(settings);
        return Build(settings, name);
    }

    /// <summary>Sessions on the database itself, of no pool unless that is configured; who asks for them owns what makes them.</summary>
    /// <param name="name">Of the connections; without one metrics call them by their connection string.</param>
    /// <param name="configure">What is other than in <see cref="SessionConnectionString"/>.</param>
    public NpgsqlDataSource Sessions(
        string name,
        Action<NpgsqlConnectionStringBuilder>? configure = null
    )
    {
        var settings = new NpgsqlConnectionStringBuilder(SessionConnectionString)
        {
            ApplicationName = name,
            Pooling = false,
        };
        configure?.Invoke(settings);
        return Build(settings, name);
    }

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        await Requests.DisposeAsync();
    }

    private static NpgsqlDataSource Build(NpgsqlConnectionStringBuilder settings, string name) =>
        new NpgsqlDataSourceBuilder(settings.ConnectionString) { Name = name }.Build();

    private static void Default(NpgsqlConnectionStringBuilder builder, string keyword, string value)
    {
        if (!builder.ContainsKey(keyword) || !builder.ShouldSerialize(keyword))
        {
            builder[keyword] = value;
        }
    }
}
