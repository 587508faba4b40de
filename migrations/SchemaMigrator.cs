using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Jobs.Migrations;

/// <summary>Brings a database to the schema of this build. Any number of processes may call it at once.</summary>
public static class SchemaMigrator
{
    // "jobs" in ASCII: the key of the advisory lock that lets one process migrate at a time.
    private const long LockKey = 0x6A6F6273;
    private static readonly TimeSpan LockPoll = TimeSpan.FromMilliseconds(100);

    /// <summary>Applies what is missing; returns the ids of what was applied.</summary>
    /// <exception cref="NpgsqlException">The database cannot be reached, or a migration failed.</exception>
    public static async Task<IReadOnlyList<string>> MigrateAsync(
        string connectionString,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        // Unpooled: the lock belongs to the session and must end with it.
        await using var unpooled = new NpgsqlDataSourceBuilder(
            new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString
        )
        {
            // What metrics call it; else that is the connection string.
            Name = "jobs-migrations",
        }.Build();
        await using var guard = await unpooled.OpenConnectionAsync(cancellationToken);
        await AcquireLockAsync(guard, time, cancellationToken);

        var options = new DbContextOptionsBuilder<MigrationsContext>()
            .UseNpgsql(
                unpooled,
                o => o.MigrationsHistoryTable("migrations", "jobs").CommandTimeout(0)
            )
            .Options;
        await using var context = new MigrationsContext(options);
        // EF Core makes its history table before the first migration could make the schema.
        await context.Database.ExecuteSqlRawAsync(
            "create schema if not exists jobs",
            cancellationToken
        );
        var pending = (
            await context.Database.GetPendingMigrationsAsync(cancellationToken)
        ).ToList();
        if (pending.Count > 0)
        {
            await context.Database.MigrateAsync(cancellationToken);
        }
        return pending;
    }

    // Polled, because a waiting advisory lock holds a snapshot that a concurrent index build would wait for.
    private static async Task AcquireLockAsync(
        NpgsqlConnection guard,
        TimeProvider time,
        CancellationToken ct
    )
    {
        await using var attempt = new NpgsqlCommand("select pg_try_advisory_lock($1)", guard)
        {
            Parameters = { new() { Value = LockKey } },
        };
        while (!(bool)(await attempt.ExecuteScalarAsync(ct))!)
        {
            await Task.Delay(LockPoll, time, ct);
        }
    }
}
