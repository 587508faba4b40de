using Jobs.Database;
using Jobs.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Database;

/// <summary>Migrations are written by hand, so a test holds the mapped model against what they make.</summary>
public sealed class SchemaTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_mapped_is_what_the_migrations_make()
    {
        var real = await ColumnsAsync();
        var options = new DbContextOptionsBuilder<JobsContext>()
            .UseNpgsql(database.DataSource.Requests)
            .Options;
        await using var context = new JobsContext(options);
        var mapped = context
            .Model.GetEntityTypes()
            .Where(entity => entity.GetTableName() is not null)
            .SelectMany(ColumnsOf)
            .ToList();

        mapped.ShouldNotBeEmpty();
        mapped.Except(real, StringComparer.Ordinal).ShouldBeEmpty();
    }

    private static IEnumerable<string> ColumnsOf(IEntityType entity)
    {
        var table = StoreObjectIdentifier.Table(entity.GetTableName()!, entity.GetSchema());
        return entity
            .GetProperties()
            .Select(property =>
                Describe(
                    table.Schema!,
                    table.Name,
                    property.GetColumnName(table)!,
                    property.GetColumnType(table)!,
                    property.IsColumnNullable(table)
                )
            );
    }

    private async Task<List<string>> ColumnsAsync()
    {
        await using var command = database.DataSource.Requests.CreateCommand(
            """
            select n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod), not a.attnotnull
            from pg_attribute a
            join pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p')
            join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'jobs'
            where a.attnum > 0 and not a.attisdropped
            """
        );
        await using var rows = await command.ExecuteReaderAsync(Stop);
        var columns = new List<string>();
        while (await rows.ReadAsync(Stop))
        {
            columns.Add(
                Describe(
                    rows.GetString(0),
                    rows.GetString(1),
                    rows.GetString(2),
                    rows.GetString(3),
                    rows.GetBoolean(4)
                )
            );
        }
        return columns;
    }

    private static string Describe(
        string schema,
        string table,
        string column,
        string type,
        bool nullable
    ) => $"{schema}.{table}.{column} {type} {(nullable ? "null" : "not null")}";
}
