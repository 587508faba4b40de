using System.Reflection;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Jobs.Migrations;

/// <summary>
/// A migration that is the SQL file of its own id. Of a file whose first line is <c>-- transaction: none</c> each
/// statement runs by itself and outside a transaction, as <c>create index concurrently</c> must; an empty line stands
/// between two of them, and each can be run again.
/// There is no way down: a mistake is mended by the next migration.
/// </summary>
internal abstract class SqlMigration : Migration
{
    private const string NoTransaction = "-- transaction: none";

    protected override void Up(MigrationBuilder migrationBuilder)
    {
        var id = GetType().GetCustomAttribute<MigrationAttribute>()!.Id;
        using var stream =
            typeof(SqlMigration).Assembly.GetManifestResourceStream($"{id}.sql")
            ?? throw new InvalidOperationException($"The migration {id} has no file {id}.sql.");
        using var reader = new StreamReader(stream);
        var sql = reader.ReadToEnd();
        if (!sql.StartsWith(NoTransaction, StringComparison.Ordinal))
        {
            migrationBuilder.Sql(sql);
            return;
        }
        foreach (
            var statement in sql[NoTransaction.Length..]
                .Split(
                    "\n\n",
                    StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries
                )
        )
        {
            migrationBuilder.Sql(statement, suppressTransaction: true);
        }
    }
}
