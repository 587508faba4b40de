using System.Reflection;
using System.Text.RegularExpressions;
using Jobs.Batches;
using Jobs.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Database;

/// <summary>Every statement of the library is one that PostgreSQL takes, on the schema of this build.</summary>
public sealed partial class SqlTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    // Where the type of a parameter does not follow from the statement alone; the program always says it.
    private static readonly Dictionary<string, string> Types = new(StringComparer.Ordinal)
    {
        ["OriginalCleanup.Sweep"] = "(interval, int)",
        ["BatchCleanup.DeleteTombstones"] = "(interval, int)",
    };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<string> Names => [.. Statements.Keys.Order(StringComparer.Ordinal)];

    private static Dictionary<string, string> Statements { get; } =
        typeof(BatchSubmitter)
            .Assembly.GetTypes()
            .SelectMany(type =>
                type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
            )
            .Where(field => field.FieldType == typeof(string) && field.IsLiteral)
            .Select(field =>
                (
                    Name: $"{field.DeclaringType!.Name}.{field.Name}",
                    Sql: (string)field.GetRawConstantValue()!
                )
            )
            .Where(statement => Verb().IsMatch(statement.Sql))
            .ToDictionary(s => s.Name, s => s.Sql, StringComparer.Ordinal);

    [Fact]
    public void The_statements_are_found() => Statements.Count.ShouldBeGreaterThan(60);

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_statement_can_be_prepared(string name)
    {
        await using var connection = await database.DataSource.Requests.OpenConnectionAsync(Stop);
        await using var prepare = new NpgsqlCommand(
            $"prepare tried{Types.GetValueOrDefault(name)} as {Statements[name]}",
            connection
        );
        await prepare.ExecuteNonQueryAsync(Stop);
        await using var deallocate = new NpgsqlCommand("deallocate tried", connection);
        await deallocate.ExecuteNonQueryAsync(Stop);
    }

    [GeneratedRegex(
        @"^\s*(select|with|insert|update|delete)\s",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Verb();
}
