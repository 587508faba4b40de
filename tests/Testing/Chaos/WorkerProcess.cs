using System.Globalization;
using Npgsql;

namespace Jobs.Testing.Chaos;

/// <summary>Workers in processes of their own, which execute <see cref="CrashHost.CrashItem"/>s.</summary>
public static class WorkerProcess
{
    /// <summary>How long such a worker waits for the answer to a webhook; twice as long it keeps a delivery.</summary>
    public static readonly TimeSpan WebhookTimeout = TimeSpan.FromSeconds(2);

    /// <summary>Starts one.</summary>
    /// <param name="connectionString">The way to its database, which is migrated.</param>
    /// <param name="clock">By how much its clock is wrong.</param>
    public static HostProcess Start(
        TestFolder folder,
        string connectionString,
        TimeSpan leaseTime,
        TimeSpan clock = default
    ) =>
        HostProcess.Start(
            "CrashHost",
            folder.Location,
            (
                "ConnectionStrings__Jobs",
                new NpgsqlConnectionStringBuilder(connectionString)
                {
                    Pooling = true,
                }.ConnectionString
            ),
            ("Jobs__Engine", EngineUnderTest.Name),
            ("Jobs__Engine__Slots", "4"),
            ("Jobs__Engine__LeaseTime", Text(leaseTime)),
            // Chunks are settled in parts as well.
            ("Jobs__Engine__ProgressInterval", "00:00:00.1"),
            ("Jobs__Webhooks__AllowedHosts", "127.0.0.1"),
            ("Jobs__Webhooks__Timeout", Text(WebhookTimeout)),
            ("Crash__Clock", Text(clock))
        );

    private static string Text(TimeSpan time) => time.ToString("c", CultureInfo.InvariantCulture);
}
