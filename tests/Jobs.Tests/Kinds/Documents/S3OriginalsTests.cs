using Jobs.Kinds.Documents;
using Jobs.Resilience;
using Jobs.Testing;
using Jobs.Testing.Documents;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Kinds.Documents;

public sealed class S3OriginalsTests(TestDatabase database, ObjectStoreServer objects)
    : OriginalStoreTests(database, objects.Settings),
        IClassFixture<TestDatabase>,
        IClassFixture<ObjectStoreServer>
{
    protected override Task<long> KeptAsync() => Task.FromResult<long>(objects.Count());

    [Fact]
    public async Task While_the_store_is_away_nothing_is_stored_and_it_is_said()
    {
        await using var database = await TestDatabase.CreateAsync(migrated: true, Token);
        await using var services = new KindServices(
            database,
            [
                .. objects.Settings.Where(s => s.Key != "Jobs:Documents:S3:ServiceUrl"),
                ("Jobs:Documents:S3:ServiceUrl", $"http://127.0.0.1:{HostProcess.FreePort()}"),
            ]
        );

        await Should.ThrowAsync<OriginalsAwayException>(() =>
            services
                .Get<OriginalStore>()
                .WriteAsync(KindServices.Tenant, new MemoryStream([1]), 10, Token)
        );
        (await services.ScalarAsync("select count(*) from jobs.blobs")).ShouldBe(0L);
    }

    [Fact]
    public async Task A_store_that_fails_again_and_again_is_left_alone_for_a_while()
    {
        // What could not be deleted is remembered, which is nothing that the other tests expect.
        await using var database = await TestDatabase.CreateAsync(migrated: true, Token);
        await using var services = new KindServices(
            database,
            [
                .. objects.Settings.Where(s => s.Key != "Jobs:Documents:S3:ServiceUrl"),
                ("Jobs:Documents:S3:ServiceUrl", $"http://127.0.0.1:{HostProcess.FreePort()}"),
                ("Jobs:Breakers:MinimumThroughput", "2"),
                ("Jobs:Breakers:SamplingDuration", "00:10:00"),
            ]
        );
        Task WriteAsync() =>
            services
                .Get<OriginalStore>()
                .WriteAsync(KindServices.Tenant, new MemoryStream([1]), 10, Token);

        await Should.ThrowAsync<OriginalsAwayException>(WriteAsync);
        await Should.ThrowAsync<OriginalsAwayException>(WriteAsync);
        services.Get<Breakers>().Summary()[S3Originals.Service].ShouldBe(BreakerState.Open);
        var refused = await Should.ThrowAsync<OriginalsAwayException>(WriteAsync);

        refused.InnerException.ShouldBeOfType<BreakerOpenException>();
    }

    [Fact]
    public async Task What_is_not_there_says_nothing_of_the_store()
    {
        await using var services = new KindServices(
            Database,
            [.. objects.Settings, ("Jobs:Breakers:MinimumThroughput", "2")]
        );
        var store = services.Get<OriginalStore>();
        var original = await store.WriteAsync(
            KindServices.Tenant,
            new MemoryStream([7]),
            10,
            Token
        );
        await services.Get<S3Originals>().PurgeAsync(original.Id, Token);

        for (var i = 0; i < 3; i++)
        {
            (await store.OpenReadAsync(KindServices.Tenant, original.Id, Token)).ShouldBeNull();
        }

        services.Get<Breakers>().Summary()[S3Originals.Service].ShouldBe(BreakerState.Closed);
    }

    [Fact]
    public async Task An_original_is_read_from_where_it_is_whatever_is_configured_now()
    {
        var original = await Services
            .Get<OriginalStore>()
            .WriteAsync(KindServices.Tenant, new MemoryStream([7]), 10, Token);
        await using var services = new KindServices(
            Database,
            [.. objects.Settings.Where(s => s.Key != "Jobs:Documents:Originals")]
        );

        await using var stored = await services
            .Get<OriginalStore>()
            .OpenReadAsync(KindServices.Tenant, original.Id, Token);

        var bytes = new byte[2];
        (await stored!.ReadAsync(bytes, Token)).ShouldBe(1);
        bytes[0].ShouldBe((byte)7);
    }
}
