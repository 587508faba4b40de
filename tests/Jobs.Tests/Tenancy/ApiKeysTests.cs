using Jobs.Database;
using Jobs.Tenancy;
using Jobs.Testing;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Tenancy;

public sealed class ApiKeysTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private readonly MovableTime _time = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_key_finds_its_caller_and_makes_its_tenant()
    {
        var keys = Node();
        var made = await keys.CreateAsync("acme", "ci", Scopes.Submit | Scopes.Read, null, Stop);
        made.Key.ShouldMatch("^jobs_[A-Za-z0-9_-]{43}$");
        var caller = await keys.FindAsync(made.Key, Stop);
        caller.ShouldNotBeNull();
        caller.Tenant.ShouldBe("acme");
        caller.KeyId.ShouldBe(made.Id);
        caller.KeyName.ShouldBe("ci");
        caller.May(Scopes.Submit | Scopes.Read).ShouldBeTrue();
        caller.May(Scopes.Admin).ShouldBeFalse();
        (await keys.FindByIdAsync(made.Id, Stop)).ShouldBe(caller);
        var second = await keys.CreateAsync("acme", "other", Scopes.Read, null, Stop);
        (await keys.FindAsync(second.Key, Stop))!.TenantId.ShouldBe(caller.TenantId);
    }

    [Theory]
    [InlineData("")]
    [InlineData("jobs_")]
    [InlineData("jobs_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("\0")]
    public async Task What_is_no_key_finds_nobody(string key)
    {
        (await Node().FindAsync(key, Stop)).ShouldBeNull();
        (await Node().FindAsync(new string('x', 100_000), Stop)).ShouldBeNull();
    }

    [Fact]
    public async Task A_revoked_key_is_refused_here_at_once_and_elsewhere_within_five_seconds()
    {
        var here = Node();
        var elsewhere = Node();
        var made = await here.CreateAsync("acme", "gone", Scopes.Read, null, Stop);
        (await here.FindAsync(made.Key, Stop)).ShouldNotBeNull();
        (await elsewhere.FindAsync(made.Key, Stop)).ShouldNotBeNull();
        (await elsewhere.FindByIdAsync(made.Id, Stop)).ShouldNotBeNull();

        (await here.RevokeAsync(made.Id, Stop)).ShouldBeTrue();
        (await here.FindAsync(made.Key, Stop)).ShouldBeNull();
        _time.Advance(TimeSpan.FromSeconds(5));
        (await elsewhere.FindAsync(made.Key, Stop)).ShouldBeNull();
        (await elsewhere.FindByIdAsync(made.Id, Stop)).ShouldBeNull();
        (await here.RevokeAsync(Guid.CreateVersion7(_time.GetUtcNow()), Stop)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_key_is_refused_once_it_has_expired_though_it_was_remembered()
    {
        var keys = Node();
        var expiry = _time.GetUtcNow().AddSeconds(2);
        var made = await keys.CreateAsync("acme", "short", Scopes.Read, expiry, Stop);
        (await keys.FindAsync(made.Key, Stop)).ShouldNotBeNull();
        _time.Advance(TimeSpan.FromSeconds(2));
        (await keys.FindAsync(made.Key, Stop)).ShouldBeNull();
    }

    [Fact]
    public async Task Answers_are_remembered_for_seconds_also_that_a_key_is_unknown()
    {
        var passing = await TestDatabase.CreateAsync(migrated: true, Stop);
        await using var source = new JobsDataSource(passing.ConnectionString);
        var keys = Node(source);
        var known = await keys.CreateAsync("acme", "kept", Scopes.Read, null, Stop);
        const string unknown = "jobs_unknown";
        (await keys.FindAsync(known.Key, Stop)).ShouldNotBeNull();
        (await keys.FindAsync(unknown, Stop)).ShouldBeNull();

        await passing.DisposeAsync();
        (await keys.FindAsync(known.Key, Stop)).ShouldNotBeNull();
        (await keys.FindAsync(unknown, Stop)).ShouldBeNull();
        _time.Advance(TimeSpan.FromSeconds(5));
        await Should.ThrowAsync<NpgsqlException>(async () => await keys.FindAsync(known.Key, Stop));
    }

    [Fact]
    public async Task The_list_shows_no_secret_and_the_table_holds_none()
    {
        var keys = Node();
        var made = await keys.CreateAsync("listed", "one", Scopes.Admin, null, Stop);
        var info = (await keys.ListAsync(Stop)).Single(key => key.Id == made.Id);
        info.Tenant.ShouldBe("listed");
        info.Scopes.ShouldBe(Scopes.Admin);
        made.Key.ShouldStartWith(info.Prefix);
        info.Prefix.Length.ShouldBeLessThan(12);
        await using var rows = database.DataSource.Requests.CreateCommand(
            "select count(*) from jobs.api_keys key where key::text like '%' || $1 || '%'"
        );
        rows.Parameters.Add(new NpgsqlParameter { Value = made.Key });
        (await rows.ExecuteScalarAsync(Stop)).ShouldBe(0L);
    }

    [Theory]
    [InlineData("Acme", "ci", Scopes.Read)]
    [InlineData("", "ci", Scopes.Read)]
    [InlineData("acme\n", "ci", Scopes.Read)]
    [InlineData("acme", " ", Scopes.Read)]
    [InlineData("acme", "ci", Scopes.None)]
    public async Task An_argument_that_breaks_its_rule_is_refused(
        string tenant,
        string name,
        Scopes scopes
    ) =>
        await Should.ThrowAsync<ArgumentException>(() =>
            Node().CreateAsync(tenant, name, scopes, null, Stop)
        );

    [Fact]
    public async Task A_flood_of_unknown_keys_stays_bounded_and_pushes_no_real_one_out()
    {
        var cache = new CallerCache<int>(_time, TimeSpan.FromSeconds(4), capacity: 100);
        foreach (var key in Enumerable.Range(0, 10_000))
        {
            cache.Set(key, caller: null, _time.GetUtcNow(), expiresAt: null);
        }
        Enumerable.Range(0, 10_000).Count(key => cache.TryGet(key, out _)).ShouldBeInRange(1, 100);
        cache.TryGet(9_999, out _).ShouldBeTrue();
        await Task.CompletedTask;
    }

    private ApiKeys Node(JobsDataSource? source = null)
    {
        source ??= database.DataSource;
        return new ApiKeys(new Contexts(source), new CallerDirectory(source, _time), _time);
    }

    private sealed class Contexts(JobsDataSource source) : IDbContextFactory<JobsContext>
    {
        public JobsContext CreateDbContext() =>
            new(
                (DbContextOptions<JobsContext>)
                    new DbContextOptionsBuilder<JobsContext>().UseJobs(source.Requests).Options
            );
    }
}
