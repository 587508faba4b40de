using System.Security.Cryptography;
using Jobs.Kinds.Documents;
using Jobs.Testing;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Kinds.Documents;

public sealed class OriginalStoreTests(TestDatabase database)
    : IClassFixture<TestDatabase>,
        IAsyncDisposable
{
    private readonly KindServices services = new(database);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(OriginalStore.PartLength)]
    [InlineData(OriginalStore.PartLength * 4)]
    [InlineData((OriginalStore.PartLength * 9) + 17)]
    public async Task What_is_read_is_what_was_written(int length)
    {
        var bytes = RandomNumberGenerator.GetBytes(length);
        var store = services.Get<OriginalStore>();
        var original = await store.WriteAsync(
            KindServices.Tenant,
            new MemoryStream(bytes),
            10_000_000,
            Token
        );

        original.Length.ShouldBe(length);
        original.Sha256.ShouldBe(SHA256.HashData(bytes));
        await using var stored = await store.OpenReadAsync(KindServices.Tenant, original.Id, Token);
        var copy = new MemoryStream();
        await stored!.CopyToAsync(copy, Token);
        copy.ToArray().ShouldBe(bytes);
    }

    [Fact]
    public async Task Another_tenant_neither_reads_nor_deletes_an_original()
    {
        var store = services.Get<OriginalStore>();
        var original = await store.WriteAsync(
            KindServices.Tenant,
            new MemoryStream([1, 2, 3]),
            10,
            Token
        );

        (await store.OpenReadAsync(KindServices.OtherTenant, original.Id, Token)).ShouldBeNull();
        (await store.DeleteAsync(KindServices.OtherTenant, original.Id, Token)).ShouldBeFalse();
        (await store.DeleteAsync(KindServices.Tenant, original.Id, Token)).ShouldBeTrue();
        (
            await services.ScalarAsync(
                "select count(*) from jobs.blob_parts where blob_id = $1",
                original.Id
            )
        ).ShouldBe(0L);
    }

    [Fact]
    public async Task Nothing_is_kept_of_a_stream_that_is_too_long()
    {
        var before = await services.ScalarAsync("select count(*) from jobs.blobs");
        var long3 = new MemoryStream(new byte[OriginalStore.PartLength * 6]);

        await Should.ThrowAsync<OriginalTooLargeException>(() =>
            services
                .Get<OriginalStore>()
                .WriteAsync(KindServices.Tenant, long3, OriginalStore.PartLength * 5, Token)
        );
        (await services.ScalarAsync("select count(*) from jobs.blobs")).ShouldBe(before);
    }

    public ValueTask DisposeAsync() => services.DisposeAsync();
}
