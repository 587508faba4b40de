using System.Diagnostics;
using Jobs.Kinds;
using Jobs.Kinds.Documents;
using Jobs.Kinds.Documents.Parsing;
using Jobs.Resilience;
using Jobs.Testing;
using Jobs.Tests.Tenancy;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Kinds.Documents;

/// <summary>A tesseract that does not work costs each document little, and a picture that it cannot read is not its fault.</summary>
public sealed class OcrBreakerTests(TestDatabase database)
    : IClassFixture<TestDatabase>,
        IDisposable
{
    private static readonly (string, string)[] Quick =
    [
        ("Jobs:Breakers:MinimumThroughput", "2"),
        ("Jobs:Breakers:SamplingDuration", "01:00:00"),
        ("Jobs:Breakers:BreakDuration", "01:00:00"),
    ];

    private readonly TestFolder folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_tesseract_without_its_data_is_not_tried_for_each_document()
    {
        // No such language is installed: it ends at its start.
        await using var services = new KindServices(
            database,
            [.. Quick, ("Jobs:Documents:OcrLanguages", "zzz")]
        );
        var picture = await PictureAsync();

        (await TriedAsync(services, picture)).ShouldBe(false);
        (await TriedAsync(services, picture)).ShouldBe(false);
        services.Get<Breakers>().Summary()[OcrBreaker.Service].ShouldBe(BreakerState.Open);

        // Read without it.
        (await TriedAsync(services, picture)).ShouldBeNull();
    }

    [Fact]
    public async Task Pictures_that_tesseract_cannot_read_suspend_it_for_nobody()
    {
        await using var services = new KindServices(database, Quick);
        var picture = await PictureAsync();
        for (var i = 0; i < 3; i++)
        {
            // Its head is sound, and what follows is missing.
            var refused = await Should.ThrowAsync<ItemException>(() =>
                TriedAsync(services, picture[..120])
            );
            refused.Error.Code.ShouldBe(DocumentErrors.Unreadable);
        }

        (await TriedAsync(services, picture)).ShouldBe(true);
        services.Get<Breakers>().Summary()[OcrBreaker.Service].ShouldBe(BreakerState.Closed);
    }

    [Fact]
    public async Task After_the_break_a_document_shows_whether_it_works_again()
    {
        var time = new MovableTime();
        var options = Options.Create(new BreakerOptions { MinimumThroughput = 2 });
        var breakers = new Breakers(options, time, NullLogger<Breakers>.Instance);
        var ocr = new OcrBreaker(breakers, options, time);
        await ocr.TellAsync(works: false);
        ocr.IsSuspended.ShouldBeFalse();
        await ocr.TellAsync(works: false);
        ocr.IsSuspended.ShouldBeTrue();

        time.Advance(options.Value.BreakDuration + TimeSpan.FromSeconds(1));
        ocr.IsSuspended.ShouldBeFalse();
        await ocr.TellAsync(works: false);
        ocr.IsSuspended.ShouldBeTrue();

        time.Advance(options.Value.BreakDuration + TimeSpan.FromSeconds(1));
        await ocr.TellAsync(works: true);
        ocr.IsSuspended.ShouldBeFalse();
        breakers.Summary()[OcrBreaker.Service].ShouldBe(BreakerState.Closed);
    }

    // Whether tesseract worked; null where it was not tried.
    private static async Task<bool?> TriedAsync(KindServices services, byte[] picture)
    {
        await using var parsed = await services
            .Get<ParserPool>()
            .ParseAsync("a.png", new MemoryStream(picture), Stop);
        await foreach (var _ in parsed.ReadBlocksAsync(Stop)) { }
        parsed
            .Metadata.Warnings.Contains("ocr_failed", StringComparer.Ordinal)
            .ShouldBe(parsed.Metadata.OcrWorks != true);
        return parsed.Metadata.OcrWorks;
    }

    private async Task<byte[]> PictureAsync()
    {
        var path = Path.Combine(folder.Location, "gradient.png");
        using var process = Process.Start(
            "gm",
            ["convert", "-size", "200x200", "gradient:black-white", path]
        );
        await process.WaitForExitAsync(Stop);
        process.ExitCode.ShouldBe(0);
        return await File.ReadAllBytesAsync(path, Stop);
    }
}
