using System.Reflection;
using Jobs.Migrations;
using Jobs.Testing;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Database;

public sealed class MigrationTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void Every_file_has_its_class_and_every_class_its_file()
    {
        var assembly = typeof(SchemaMigrator).Assembly;
        var files = assembly
            .GetManifestResourceNames()
            .Where(name => name.EndsWith(".sql", StringComparison.Ordinal))
            .Select(name => name[..^".sql".Length]);
        var classes = assembly
            .GetTypes()
            .Select(type => type.GetCustomAttribute<MigrationAttribute>()?.Id)
            .OfType<string>();
        classes.Order(StringComparer.Ordinal).ShouldBe(files.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Numbers_of_migrations_are_consecutive()
    {
        var numbers = typeof(SchemaMigrator)
            .Assembly.GetManifestResourceNames()
            .Where(name => name.EndsWith(".sql", StringComparison.Ordinal))
            .Select(name => int.Parse(name[..4], System.Globalization.CultureInfo.InvariantCulture))
            .Order();
        numbers.ShouldBe(Enumerable.Range(1, numbers.Count()));
    }

    [Fact]
    public async Task Many_that_migrate_a_fresh_database_at_once_all_succeed_and_one_does_it()
    {
        await using var database = await TestDatabase.CreateAsync(migrated: false, Stop);
        var applied = await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(_ =>
                    Task.Run(
                        () =>
                            SchemaMigrator.MigrateAsync(
                                database.ConnectionString,
                                TimeProvider.System,
                                Stop
                            ),
                        Stop
                    )
                )
        );
        applied.Count(some => some.Count > 0).ShouldBe(1);
        await SchemaMigrator.MigrateAsync(database.ConnectionString, TimeProvider.System, Stop);
    }

    [Fact]
    public async Task Many_that_make_partitions_at_once_all_succeed_and_each_is_made_once()
    {
        await using var database = await TestDatabase.CreateAsync(migrated: false, Stop);
        await SchemaMigrator.MigrateAsync(database.ConnectionString, TimeProvider.System, Stop);
        var made = await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(_ => Task.Run(() => EnsurePartitionsAsync(database), Stop))
        );
        made.Sum().ShouldBe(6);
        (await EnsurePartitionsAsync(database)).ShouldBe(0);
    }

    private static async Task<int> EnsurePartitionsAsync(TestDatabase database)
    {
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync(Stop);
        await using var command = new NpgsqlCommand(
            "select jobs.ensure_partitions(now(), 3)",
            connection
        );
        return (int)(await command.ExecuteScalarAsync(Stop))!;
    }
}
