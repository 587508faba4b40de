using System.Diagnostics;
using Jobs.Testing;
using Jobs.Testing.Documents;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Kinds.Documents;

/// <summary>PDF that is no plain page of Latin letters: notes, forms, other scripts, passwords that nobody needs.</summary>
public sealed class PdfPageTests(TestDatabase database)
    : IClassFixture<TestDatabase>,
        IAsyncDisposable
{
    private readonly TestFolder folder = new();
    private readonly KindServices services = new(database);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Notes_and_comments_on_what_is_marked_are_read_with_who_wrote_them()
    {
        var text = await ReadAsync(
            MinimalPdf.Drawn(
                "BT /F1 12 Tf 72 720 Td (The lamp is lit at dusk.) Tj ET",
                "/Annots [7 0 R << /Type /Annot /Subtype /Highlight /Rect [70 700 200 730] /T (Ada) /Contents (When exactly?) >>]",
                objects:
                [
                    "<< /Type /Annot /Subtype /Text /Rect [10 10 30 30] /Contents <FEFF004C00FC00740074> /Popup 8 0 R >>",
                    "<< /Type /Annot /Subtype /Popup /Rect [30 10 90 90] /Parent 7 0 R /Contents (not twice) >>",
                ]
            )
        );

        text.ShouldBe("The lamp is lit at dusk.\n\nAda: When exactly?\n\nLütt\n");
    }

    [Fact]
    public async Task What_was_filled_into_a_form_is_read()
    {
        var text = await ReadAsync(
            MinimalPdf.Drawn(
                "BT /F1 12 Tf 72 720 Td (Name of the keeper:) Tj ET",
                "/Annots [7 0 R]",
                "/AcroForm << /Fields [7 0 R] /NeedAppearances true /DA (/F1 12 Tf 0 g) /DR << /Font << /F1 3 0 R >> >> >>",
                objects:
                [
                    "<< /Type /Annot /Subtype /Widget /FT /Tx /T (keeper) /V (Ada Light) /F 4 /Rect [72 680 300 700] /DA (/F1 12 Tf 0 g) /P 5 0 R >>",
                ]
            )
        );

        text.ShouldContain("Name of the keeper:");
        text.ShouldContain("Ada Light");
    }

    [Fact]
    public async Task What_opens_without_a_password_needs_none()
    {
        var (open, locked) = (
            Path.Combine(folder.Location, "a.pdf"),
            Path.Combine(folder.Location, "b.pdf")
        );
        await File.WriteAllBytesAsync(
            open,
            MinimalPdf.Of("A", "B", "Anybody may read this"),
            Token
        );
        using var qpdf = Process.Start(
            "qpdf",
            ["--encrypt", "", "owner", "256", "--", open, locked]
        );
        await qpdf.WaitForExitAsync(Token);

        (await ReadAsync(await File.ReadAllBytesAsync(locked, Token))).ShouldBe(
            "Anybody may read this\n"
        );
    }

    [Theory]
    [InlineData(90, "0 1 -1 0 300 100")]
    [InlineData(180, "-1 0 0 -1 400 400")]
    [InlineData(270, "0 -1 1 0 300 600")]
    public async Task Pages_that_are_turned_are_read_as_they_are_seen(int degrees, string matrix)
    {
        var text = await ReadAsync(
            MinimalPdf.Drawn(
                $"BT /F1 12 Tf {matrix} Tm (The lamp on its side) Tj ET",
                $"/Rotate {degrees}"
            )
        );

        text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .ShouldBe(["The", "lamp", "on", "its", "side"]);
    }

    [Fact]
    public async Task Japanese_in_the_encoding_of_Windows_is_read()
    {
        var text = await ReadAsync(
            MinimalPdf.Drawn(
                "BT /F1 12 Tf 72 720 Td <93FA967B82CC93F491E4> Tj ET",
                font: "<< /Type /Font /Subtype /Type0 /BaseFont /Ryumin-Light /Encoding /90ms-RKSJ-H /DescendantFonts [<< /Type /Font /Subtype /CIDFontType0 /BaseFont /Ryumin-Light /CIDSystemInfo << /Registry (Adobe) /Ordering (Japan1) /Supplement 2 >> /FontDescriptor << /Type /FontDescriptor /FontName /Ryumin-Light /Flags 4 /FontBBox [0 0 1000 1000] /ItalicAngle 0 /Ascent 800 /Descent -200 /CapHeight 700 /StemV 80 >> >>] >>"
            )
        );

        text.ShouldBe("日本の灯台\n");
    }

    [Fact]
    public async Task What_is_written_from_right_to_left_begins_with_its_first_word()
    {
        // a to f are the first letters of Hebrew, drawn from the left end of the line.
        const string Map =
            "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /M def 1 begincodespacerange <00> <FF> endcodespacerange 1 beginbfrange <61> <7A> <05D0> endbfrange endcmap end end";
        var text = await ReadAsync(
            MinimalPdf.Drawn(
                "BT /F1 12 Tf 72 720 Td (ihg fed cba) Tj ET",
                font: "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 7 0 R >>",
                objects: [$"<< /Length {Map.Length} >>\nstream\n{Map}\nendstream"]
            )
        );

        text.ShouldBe("אבג דהו זחט\n");
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        folder.Dispose();
    }

    private async Task<string> ReadAsync(byte[] pdf)
    {
        var (document, text, _) = await services.ReadAsync("a.pdf", pdf);
        document.Warnings.ShouldBeEmpty();
        return text;
    }
}
