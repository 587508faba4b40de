using System.Text;
using Jobs.Testing;
using Jobs.Testing.Documents;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Kinds.Documents;

/// <summary>Ordinary documents in a form that few have.</summary>
public sealed class UnusualFormTests(TestDatabase database)
    : IClassFixture<TestDatabase>,
        IAsyncDisposable
{
    private readonly KindServices services = new(database);

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    public async Task A_message_that_was_saved_in_UTF_16_is_one(string encoding)
    {
        var wide = Encoding.GetEncoding(encoding);
        byte[] bytes =
        [
            .. wide.GetPreamble(),
            .. wide.GetBytes("From: a@example.org\r\nSubject: Lämps\r\n\r\nIt is lit.\r\n"),
        ];

        var (document, text, _) = await services.ReadAsync("a.eml", bytes);

        text.ShouldBe("Lämps\n\nFrom: a@example.org\n\nIt is lit.\n");
        document.Warnings.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(12)]
    [InlineData(14)]
    public async Task What_an_archive_has_compressed_by_bzip2_or_LZMA_is_named(byte method)
    {
        var bytes = Packages.Named(Encoding.ASCII, ("a.txt", "squeezed"), ("b.txt", "plain"));
        // The method of the first entry, where it stands and in the directory.
        bytes[8] = method;
        bytes[bytes.AsSpan().IndexOf("PK\u0001\u0002"u8) + 10] = method;

        var (document, text, _) = await services.ReadAsync("a.zip", bytes);

        text.ShouldBe("b.txt\n\nplain\n");
        document.Warnings.ShouldBe(["part_unread: a.txt (unsupported_type)"]);
    }

    [Fact]
    public async Task What_a_document_type_declares_is_no_text()
    {
        var (_, text, _) = await services.ReadAsync(
            "a.xml",
            Encoding.UTF8.GetBytes(
                "<?xml version='1.0'?><!DOCTYPE patent [\n<!ELEMENT patent (p)>\n<!NOTATION tif PUBLIC 'tif'>\n<!ENTITY figure SYSTEM 'figure.tif' NDATA tif>\n]>\n<patent><p>A lamp &alpha; of glass</p></patent>"
            )
        );

        text.ShouldBe("A lamp α of glass\n");
    }

    [Fact]
    public async Task Escapes_in_cells_are_read_in_small_letters_too()
    {
        var (_, text, _) = await services.ReadAsync(
            "a.xlsx",
            Packages.Xlsx(
                Packages.Write(
                    """<row r="1"><c r="A1" t="inlineStr"><is><t>Oil_x000d__x000a_and wicks</t></is></c></row>"""
                )
            )
        );

        text.ShouldBe("Figures\n\nOil and wicks\n");
    }

    public ValueTask DisposeAsync() => services.DisposeAsync();
}
