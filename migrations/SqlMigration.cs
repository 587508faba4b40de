using System.Reflection;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Jobs.Migrations;

/// <summary>
/// A migration that is the SQL file of its own id. A file whose first line is
/// <c>-- transaction: none</c> runs outside a transaction, as <c>create index concurrently</c> must.
/// There is no way down: a mistake is mended by the next migration.
/// </summary>
internal abstract class SqlMigration : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        var id = GetType().GetCustomAttribute<MigrationAttribute>()!.Id;
        using var stream =
            typeof(SqlMigration).Assembly.GetManifestResourceStream($"{id}.sql")
            ?? throw new InvalidOperationException($"The migration {id} has no file {id}.sql.");
        using var reader = new StreamReader(stream);
        var sql = reader.ReadToEnd();
        migrationBuilder.Sql(
            sql,
            suppressTransaction: sql.StartsWith("-- transaction: none", StringComparison.Ordinal)
        );
    }
}
