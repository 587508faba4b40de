using System.Globalization;

namespace Jobs.Database;

/// <summary>The command line of the embedded server.</summary>
internal static class PostgresSettings
{
    private const long Megabyte = 1024 * 1024;

    public static IEnumerable<string> Arguments(PostgresHome home, EmbeddedPostgresOptions options)
    {
        var buffers = Math.Clamp(
            GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 8 / Megabyte,
            16,
            256
        );
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["listen_addresses"] = "",
            ["unix_socket_directories"] = $"\"{home.SocketDirectory}\"",
            ["unix_socket_permissions"] = "0700",
            ["port"] = options.Port.ToString(CultureInfo.InvariantCulture),
            ["max_connections"] = "100",
            ["shared_buffers"] = string.Create(CultureInfo.InvariantCulture, $"{buffers}MB"),
            ["max_wal_size"] = "2GB",
            ["wal_compression"] = "lz4",
            ["jit"] = "off",
            // A file a weekday, so that the log is bounded.
            ["logging_collector"] = "on",
            ["log_directory"] = home.Log,
            ["log_filename"] = "postgresql-%a.log",
            ["log_rotation_age"] = "1d",
            ["log_rotation_size"] = "0",
            ["log_truncate_on_rotation"] = "on",
            ["log_line_prefix"] = "%m [%p] ",
            ["cluster_name"] = "jobs",
        };
        if (!options.Durable)
        {
            settings["fsync"] = "off";
            settings["full_page_writes"] = "off";
            settings["synchronous_commit"] = "off";
        }
        foreach (var (name, value) in options.Settings)
        {
            settings[name] = value;
        }
        return
        [
            "-D",
            home.Cluster,
            .. settings.SelectMany(setting => new[] { "-c", $"{setting.Key}={setting.Value}" }),
        ];
    }
}
