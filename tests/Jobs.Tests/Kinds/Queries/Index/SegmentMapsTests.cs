using Jobs.Kinds.Queries.Index;
using Jobs.Testing;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Kinds.Queries.Index;

public sealed class SegmentMapsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const int Limit = 1024 * 1024;
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_known_of_thousands_of_tenants_stays_within_its_memory()
    {
        await using var services = new KindServices(database, ("Jobs:Search:MapBytes", $"{Limit}"));
        await services.ScalarAsync(
            """
            with t as (insert into jobs.tenants (name) select 'many-' || n from generate_series(1, 3500) n returning id)
            insert into jobs.search_segments (tenant_id, documents, passages, length, configs, document_ids, firsts)
            select id, 1, 1, 1, '{english}', decode(repeat('ab', 16), 'hex'), '\x0000' from t
            """
        );
        var maps = services.Get<SegmentMaps>();
        var tenants = (int[])
            (
                await services.ScalarAsync(
                    "select array_agg(tenant_id order by id) from jobs.search_segments"
                )
            )!;
        var segments = (long[])
            (
                await services.ScalarAsync(
                    "select array_agg(id order by id) from jobs.search_segments"
                )
            )!;
        foreach (var (tenant, segment) in tenants.Zip(segments))
        {
            (await maps.LoadAsync(tenant, [segment], Token)).Count.ShouldBe(1);
            maps.Bytes.ShouldBeLessThanOrEqualTo(Limit);
        }

        maps.Find(segments[0], 0).ShouldBeNull();
        maps.Bytes.ShouldBeGreaterThan(Limit / 2);
    }
}
