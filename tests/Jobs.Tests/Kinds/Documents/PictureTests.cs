using System.Diagnostics;
using Jobs.Kinds.Documents;
using Jobs.Testing;
using Jobs.Testing.Documents;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Kinds.Documents;

/// <summary>Text in pictures, and pictures of text.</summary>
public sealed class PictureTests(TestDatabase database)
    : IClassFixture<TestDatabase>,
        IAsyncDisposable
{
    private readonly TestFolder folder = new();
    private readonly KindServices services = new(database);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("page.png")]
    [InlineData("page.jpg")]
    [InlineData("page.tif")]
    [InlineData("page.gif")]
    [InlineData("page.bmp")]
    [InlineData("page.webp")]
    [InlineData("scan.pdf")]
    public async Task Text_in_a_picture_is_recognised_and_has_a_thumbnail(string name)
    {
        var (document, text, _) = await services.ReadAsync(name, await DrawAsync(name));

        text.ShouldContain("lighthouse keeper");
        document.Warnings.ShouldBe(["ocr"]);
        document.Pages.ShouldBe(1);
        var png = await services
            .Get<DocumentReader>()
            .GetThumbnailAsync(KindServices.Tenant, document.Id, Token);
        png!.AsSpan(0, 4).SequenceEqual<byte>([0x89, 0x50, 0x4E, 0x47]).ShouldBeTrue();
        (
            await services
                .Get<DocumentReader>()
                .GetThumbnailAsync(KindServices.OtherTenant, document.Id, Token)
        ).ShouldBeNull();
    }

    [Fact]
    public async Task A_scan_among_pages_of_text_is_recognised_too()
    {
        var letter = Path.Combine(folder.Location, "letter.pdf");
        await File.WriteAllBytesAsync(letter, MinimalPdf.Of("A", "B", "A cover letter"), Token);
        await DrawAsync("scan.pdf");
        var both = Path.Combine(folder.Location, "both.pdf");
        await RunAsync("pdfunite", letter, Path.Combine(folder.Location, "scan.pdf"), letter, both);
        var (document, text, _) = await services.ReadAsync(
            "both.pdf",
            await File.ReadAllBytesAsync(both, Token)
        );

        text.ShouldStartWith("A cover letter\n\nA cover letter\n\n");
        text.ShouldContain("lighthouse keeper");
        document.Warnings.ShouldBe(["ocr"]);
        (
            await services.ScalarAsync(
                "select page from jobs.passages where document_id = $1 and body like '%lighthouse%'",
                document.Id
            )
        ).ShouldBe(2);
    }

    [Fact]
    public async Task Every_page_of_a_picture_and_a_scan_in_an_archive_are_recognised()
    {
        await DrawAsync("page.png");
        var drawn = Path.Combine(folder.Location, "drawn.png");
        var pages = Path.Combine(folder.Location, "pages.tif");
        await RunAsync("gm", "convert", drawn, drawn, pages);
        var (picture, text, _) = await services.ReadAsync(
            "pages.tif",
            await File.ReadAllBytesAsync(pages, Token)
        );
        var (_, archived, _) = await services.ReadAsync(
            "scan.zip",
            Packages.Zip(("scan.pdf", await DrawAsync("scan.pdf")))
        );

        picture.Pages.ShouldBe(2);
        text.Split("lighthouse keeper").Length.ShouldBe(3);
        archived.ShouldContain("scan.pdf\n\n");
        archived.ShouldContain("lighthouse keeper");
    }

    [Fact]
    public async Task A_photograph_is_read_the_way_that_its_camera_was_held()
    {
        await DrawAsync("page.png");
        var (drawn, lying) = (
            Path.Combine(folder.Location, "drawn.png"),
            Path.Combine(folder.Location, "lying.jpg")
        );
        await RunAsync("gm", "convert", drawn, "-rotate", "270", lying);
        var jpeg = await File.ReadAllBytesAsync(lying, Token);
        // EXIF with one entry, the orientation: 6, to be turned by a quarter to the right.
        byte[] exif =
        [
            .. new byte[] { 0xFF, 0xE1, 0, 34 },
            .. "Exif\0\0MM\0*\0\0\0\u0008\0\u0001\u0001\u0012\0\u0003\0\0\0\u0001\0\u0006\0\0\0\0\0\0"u8,
        ];

        var (document, text, _) = await services.ReadAsync(
            "photo.jpg",
            [.. jpeg[..2], .. exif, .. jpeg[2..]]
        );

        text.ShouldContain("lighthouse keeper");
        document.Warnings.ShouldBe(["ocr"]);
    }

    [Fact]
    public async Task A_page_that_was_scanned_upside_down_is_read()
    {
        var pdf = Path.Combine(folder.Location, "text.pdf");
        var lines = string.Concat(
            Enumerable.Repeat("(The lighthouse keeper lights the lamp when it is dark.) Tj T* ", 12)
        );
        await File.WriteAllBytesAsync(
            pdf,
            MinimalPdf.Drawn($"BT /F1 14 Tf 20 TL 72 720 Td {lines} ET"),
            Token
        );
        var scan = Path.Combine(folder.Location, "scan");
        await RunAsync("pdftoppm", "-r", "150", "-png", "-singlefile", pdf, scan);
        await RunAsync("gm", "convert", $"{scan}.png", "-rotate", "180", $"{scan}.jpg");

        var (_, text, _) = await services.ReadAsync(
            "scan.jpg",
            await File.ReadAllBytesAsync($"{scan}.jpg", Token)
        );

        text.ShouldContain("The lighthouse keeper lights the lamp");
    }

    [Fact]
    public async Task Pdf_has_a_thumbnail_of_its_first_page()
    {
        var (document, _, _) = await services.ReadAsync("a.pdf", MinimalPdf.Of("A", "B", "One"));

        (
            await services
                .Get<DocumentReader>()
                .GetThumbnailAsync(KindServices.Tenant, document.Id, Token)
        )!.Length.ShouldBeInRange(200, 100_000);
    }

    // A page of text as poppler draws it, in the format that the name says.
    private async Task<byte[]> DrawAsync(string name)
    {
        var pdf = Path.Combine(folder.Location, "text.pdf");
        await File.WriteAllBytesAsync(pdf, MinimalPdf.Of("A", "B", "The lighthouse keeper"), Token);
        await RunAsync(
            "pdftoppm",
            "-r",
            "150",
            "-png",
            "-singlefile",
            pdf,
            Path.Combine(folder.Location, "drawn")
        );
        var made = Path.Combine(folder.Location, name);
        await RunAsync("gm", "convert", Path.Combine(folder.Location, "drawn.png"), made);
        return await File.ReadAllBytesAsync(made, Token);
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync(Token);
        process.ExitCode.ShouldBe(0);
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        folder.Dispose();
    }
}
