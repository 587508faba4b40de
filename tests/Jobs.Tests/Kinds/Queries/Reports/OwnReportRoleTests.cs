using Jobs.Database;
using Jobs.Kinds.Queries.Reports;
using Jobs.Resilience;
using Jobs.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Kinds.Queries.Reports;

/// <summary>The role of reports over the service's own database: how it comes to be, and what if it may not.</summary>
public sealed class OwnReportRoleTests(TestDatabase database)
    : IClassFixture<TestDatabase>,
        IAsyncLifetime
{
    private readonly string suffix = Guid.CreateVersion7(TimeProvider.System.GetUtcNow())
        .ToString("N")[^12..];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Role => $"jobs_reports_{suffix}";

    private string Plain => $"plain_{suffix}";

    // Roles are the server's: these are of this test alone.
    public async ValueTask InitializeAsync()
    {
        await database.ScalarAsync<object>("update jobs.report_access set role = $1", Token, Role);
        await database.ScalarAsync<object>(
            $"""
            create role {Plain} login password 'plain';
            grant usage on schema jobs to {Plain};
            grant select on jobs.report_access to {Plain};
            """,
            Token
        );
    }

    public async ValueTask DisposeAsync() =>
        await database.ScalarAsync<object>(
            $"drop owned by {Plain}; drop role {Plain}; drop role if exists {Role};",
            CancellationToken.None
        );

    [Fact]
    public async Task Processes_that_start_at_once_make_one_role()
    {
        var settings = await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(_ => new ReportAccess(database.DataSource).SignInAsync(Token))
        );

        settings.Distinct(StringComparer.Ordinal).ShouldHaveSingleItem().ShouldContain(Role);
        (
            await database.ScalarAsync<string>(
                "select rolpassword from pg_authid where rolname = $1",
                Token,
                Role
            )
        )!.ShouldStartWith("SCRAM-SHA-256$4096:");
    }

    [Fact]
    public async Task Where_it_may_not_be_made_no_report_runs_and_health_says_what_to_do()
    {
        await using var care = new Sources(As(Plain));

        var fault = (await care.LookAsync()).ShouldHaveSingleItem();

        fault.Impact.ShouldContain("No report runs over the source 'jobs'");
        fault.Advice.ShouldContain("create role");
        fault.Advice.ShouldContain("Jobs__Reports__Sources__jobs__ConnectionString");
    }

    [Fact]
    public async Task Another_role_may_be_named_instead_but_not_the_owner_of_the_tables()
    {
        await using var plain = new Sources(
            As(Plain),
            ("jobs", new() { ConnectionString = As(Plain).SessionConnectionString })
        );
        (await plain.LookAsync()).ShouldBeEmpty();

        await database.ScalarAsync<object>(
            $"""
            create role {Role} login;
            grant create on database "{new NpgsqlConnectionStringBuilder(
                database.ConnectionString
            ).Database}" to {Role};
            alter schema jobs owner to {Role};
            """,
            Token
        );
        try
        {
            await using var owner = new Sources(
                As(Plain),
                ("jobs", new() { ConnectionString = As(Role).SessionConnectionString })
            );
            (await owner.LookAsync()).ShouldHaveSingleItem().Impact.ShouldContain("the owner of");
        }
        finally
        {
            await database.ScalarAsync<object>(
                $"reassign owned by {Role} to current_user; drop owned by {Role};",
                Token
            );
        }
    }

    [Fact]
    public async Task A_superuser_is_named_with_what_to_do_whether_it_is_allowed_or_not()
    {
        await using var sources = new Sources(
            database.DataSource,
            ("strict", new() { ConnectionString = database.ConnectionString }),
            ("lax", new() { ConnectionString = database.ConnectionString, AllowSuperuser = true }),
            ("away", new() { ConnectionString = "Host=127.0.0.1;Port=1;Timeout=1" })
        );

        var faults = await sources.LookAsync();

        faults.Select(f => f.Source).ShouldBe(["strict", "lax"]);
        faults[0]
            .Impact.ShouldBe(
                "No report runs over the source 'strict': it signs in as a superuser."
            );
        faults[1].Impact.ShouldContain("may do everything");
        faults.ShouldAllBe(f => f.Advice.Contains($"Jobs__Reports__Sources__{f.Source}__"));
    }

    [Fact]
    public void A_verifier_is_that_of_RFC_7677() =>
        // The password and the salt of its example.
        ScramVerifier
            .Of("pencil", Convert.FromBase64String("W22ZaJ0SNY7soEsUEjb6gQ=="))
            .ShouldBe(
                "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
            );

    private JobsDataSource As(string role) =>
        new(
            new NpgsqlConnectionStringBuilder(database.ConnectionString)
            {
                Username = role,
                Password = "plain",
                Pooling = false,
            }.ConnectionString
        );

    private sealed class Sources : IAsyncDisposable
    {
        private readonly ReportSources sources;
        private readonly ReportCare care;

        public Sources(JobsDataSource own, params (string, ReportSourceOptions)[] configured)
        {
            var options = new ReportOptions();
            foreach (var (name, source) in configured)
            {
                options.Sources[name] = source;
            }
            sources = new ReportSources(
                own,
                Options.Create(options),
                new(
                    Options.Create(new BreakerOptions()),
                    TimeProvider.System,
                    NullLogger<Breakers>.Instance
                )
            );
            care = new ReportCare(sources, TimeProvider.System, NullLogger<ReportCare>.Instance);
        }

        public Task<IReadOnlyList<ReportFault>> LookAsync() => care.LookAsync(Token);

        public ValueTask DisposeAsync() => sources.DisposeAsync();
    }
}
