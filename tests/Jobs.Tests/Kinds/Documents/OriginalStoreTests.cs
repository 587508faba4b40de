using System.Security.Cryptography;
using Jobs.Kinds.Documents;
using Jobs.Testing;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Kinds.Documents;

/// <summary>What holds for originals wherever they are kept; each place has a class that derives from this.</summary>
public abstract class OriginalStoreTests(TestDatabase database, params (string, string)[] settings)
    : IAsyncDisposable
{
    private const int Part = DatabaseOriginals.PartLength;

    protected TestDatabase Database { get; } = database;

    protected KindServices Services { get; } = new(database, settings);

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>How much is kept in the place itself.</summary>
    protected abstract Task<long> KeptAsync();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Part)]
    [InlineData(Part * 4)]
    [InlineData((Part * 9) + 17)]
    [InlineData(S3Originals.PartLength)]
    [InlineData((S3Originals.PartLength * 2) + 17)]
    public async Task What_is_read_is_what_was_written(int length)
    {
        var bytes = RandomNumberGenerator.GetBytes(length);
        var store = Services.Get<OriginalStore>();
        var original = await store.WriteAsync(
            KindServices.Tenant,
            new MemoryStream(bytes),
            20_000_000,
            Token
        );

        original.Length.ShouldBe(length);
        original.Sha256.ShouldBe(SHA256.HashData(bytes));
        await using var stored = await store.OpenReadAsync(KindServices.Tenant, original.Id, Token);
        var copy = new MemoryStream();
        await stored!.CopyToAsync(copy, Token);
        copy.ToArray().SequenceEqual(bytes).ShouldBeTrue();
    }

    [Fact]
    public async Task Another_tenant_neither_reads_nor_deletes_an_original()
    {
        var store = Services.Get<OriginalStore>();
        var before = await KeptAsync();
        var original = await store.WriteAsync(
            KindServices.Tenant,
            new MemoryStream([1, 2, 3]),
            10,
            Token
        );

        (await store.OpenReadAsync(KindServices.OtherTenant, original.Id, Token)).ShouldBeNull();
        (await store.DeleteAsync(KindServices.OtherTenant, original.Id, Token)).ShouldBeFalse();
        (await KeptAsync()).ShouldBe(before + 1);
        (await store.DeleteAsync(KindServices.Tenant, original.Id, Token)).ShouldBeTrue();
        (await KeptAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task Nothing_is_kept_of_a_stream_that_is_too_long()
    {
        var blobs = await Services.ScalarAsync("select count(*) from jobs.blobs");
        var kept = await KeptAsync();
        var source = new MemoryStream(new byte[12 * 1024 * 1024]);

        await Should.ThrowAsync<OriginalTooLargeException>(() =>
            Services
                .Get<OriginalStore>()
                .WriteAsync(KindServices.Tenant, source, 11 * 1024 * 1024, Token)
        );
        (await Services.ScalarAsync("select count(*) from jobs.blobs")).ShouldBe(blobs);
        (await KeptAsync()).ShouldBe(kept);
    }

    [Fact]
    public async Task A_deleted_document_takes_its_original_with_it()
    {
        var kept = await KeptAsync();
        // Other tests of the class may have left some.
        var before = await DeletionsAsync();
        var (document, text, _) = await Services.ReadAsync(
            "kept.txt",
            "kept for a while"u8.ToArray()
        );
        text.ShouldContain("kept for a while");
        (await KeptAsync()).ShouldBe(kept + 1);

        await Services.Get<DocumentReader>().DeleteAsync(KindServices.Tenant, document.Id, Token);

        (await KeptAsync()).ShouldBe(kept);
        (await DeletionsAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task What_a_deleted_row_leaves_is_found_and_swept()
    {
        var kept = await KeptAsync();
        var original = await Services
            .Get<OriginalStore>()
            .WriteAsync(KindServices.Tenant, new MemoryStream([4, 5]), 10, Token);
        // Its row goes in any way at all, a cascade for one: what it leaves is found.
        await Services.ScalarAsync("delete from jobs.blobs where id = $1", original.Id);

        await Services.RunAsync("cleanup", """{"targets":["originals"]}""");

        (await KeptAsync()).ShouldBe(kept);
        (await DeletionsAsync()).ShouldBe(0L);
    }

    private Task<object?> DeletionsAsync() =>
        Services.ScalarAsync("select count(*) from jobs.blob_deletions");

    public async ValueTask DisposeAsync()
    {
        await Services.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
