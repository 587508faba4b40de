using System.Text.Json;
using Jobs.Kinds;
using Jobs.Testing;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Kinds.Queries.Reports;

/// <summary>
/// Reports in a folder of their own, run as a worker runs them; <c>other</c> is the test database as a superuser reads
/// it, who is let.
/// </summary>
public abstract class ReportTest(TestDatabase database)
    : IClassFixture<TestDatabase>,
        IAsyncLifetime
{
    private readonly TestFolder folder = new();
    private KindServices? services;

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected TestDatabase Database { get; } = database;

    protected virtual IEnumerable<(string Key, string Value)> Settings =>
        [
            ("Jobs:Reports:Sources:other:ConnectionString", Database.ConnectionString),
            ("Jobs:Reports:Sources:other:AllowSuperuser", "true"),
            ("Jobs:Reports:Sources:super:ConnectionString", Database.ConnectionString),
            ("Jobs:Reports:Sources:reader:ConnectionString", Database.ConnectionString),
            ("Jobs:Reports:Sources:reader:Role", "pg_read_all_data"),
            ("Jobs:Reports:Sources:reader:AllowSuperuser", "true"),
            ("Jobs:Reports:Sources:away:ConnectionString", "Host=127.0.0.1;Port=1;Timeout=1"),
        ];

    protected KindServices Services =>
        services ??= new KindServices(
            Database,
            [.. Settings, ("Jobs:Reports:Folder", folder.Location)]
        );

    public virtual async ValueTask InitializeAsync() =>
        await Database.ScalarAsync<int>(
            """
            create table if not exists public.written (t text);
            -- What is refused is refused though its role might do it.
            grant all on public.written to pg_read_all_data;
            create or replace function public.writes() returns int language sql volatile
                as $$ insert into public.written values ('x') returning 1 $$;
            -- Not there, it would be refused for another reason.
            create extension if not exists dblink;
            create or replace function public.hides() returns int language plpgsql as $$
            begin
                execute 'delete from public.written';
                return 1;
            end $$;
            """,
            Token
        );

    public virtual async ValueTask DisposeAsync()
    {
        if (services is not null)
        {
            await services.DisposeAsync();
        }
        folder.Dispose();
        GC.SuppressFinalize(this);
    }

    protected void Write(
        string name,
        string sql,
        string setting = "limit: 100",
        string source = "other"
    ) => Save($"{name}.sql", $"-- title: {name}\n-- source: {source}\n-- {setting}\n{sql}");

    protected void Save(string file, string text) =>
        File.WriteAllText(Path.Combine(folder.Location, file), text);

    protected async Task<JsonElement> RunAsync(string name, string parameters = "{}")
    {
        var outcome = await ExecuteAsync(name, parameters);
        outcome.Error.ShouldBeNull();
        return JsonElement.Parse(outcome.Result.Span);
    }

    protected async Task<ItemError> ErrorAsync(string name, string parameters = "{}") =>
        (await ExecuteAsync(name, parameters)).Error.ShouldNotBeNull();

    protected Task<ItemOutcome> ExecuteAsync(string name, string parameters) =>
        Services.RunAsync("query", $$"""{"report":"{{name}}","parameters":{{parameters}}}""");
}
