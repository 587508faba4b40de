using Jobs.Testing;
using Jobs.Testing.Documents;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Kinds.Documents;

/// <summary>What Word shows before and in paragraphs that is not among their letters.</summary>
public sealed class WordListTests(TestDatabase database)
    : IClassFixture<TestDatabase>,
        IAsyncDisposable
{
    private const string Main = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
    private const string Types =
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

    private const string Numbering = $"""
        <w:numbering xmlns:w="{Main}">
          <w:abstractNum w:abstractNumId="7">
            <w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:pStyle w:val="Chapter"/><w:lvlText w:val="%1."/></w:lvl>
            <w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="%1.%2"/></w:lvl>
            <w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="lowerRoman"/><w:lvlText w:val="(%3)"/></w:lvl>
            <w:lvl w:ilvl="3"><w:start w:val="1"/><w:numFmt w:val="bullet"/><w:lvlText w:val="o"/></w:lvl>
          </w:abstractNum>
          <w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>
          <w:num w:numId="2"><w:abstractNumId w:val="7"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="8"/></w:lvlOverride></w:num>
        </w:numbering>
        """;

    private readonly KindServices services = new(database);

    [Fact]
    public async Task Lists_have_the_numbers_that_Word_shows()
    {
        var text = await ReadAsync(
            """<w:p><w:pPr><w:pStyle w:val="Chapter"/></w:pPr><w:r><w:t>Lamps</w:t></w:r></w:p>"""
                + Item("Oil", 1, 1)
                + Item("Wicks", 1, 1)
                + Item("Of cotton", 1, 2)
                + Item("Of wool", 1, 2)
                + Item("Never wet", 1, 3)
                + Item("", 1, 1)
                + Item("Towers", 1, 0)
                + Item("Stairs", 1, 1)
                + Item("Begun again", 2, 0)
                + """<w:p><w:pPr><w:pStyle w:val="Chapter"/><w:numPr><w:numId w:val="0"/></w:numPr></w:pPr><w:r><w:t>Not counted</w:t></w:r></w:p>"""
        );

        text.ShouldBe(
            "1. Lamps\n\n1.a Oil\n\n1.b Wicks\n\n(i) Of cotton\n\n(ii) Of wool\n\nNever wet\n\n2. Towers\n\n2.a Stairs\n\n8. Begun again\n\nNot counted\n"
        );
    }

    [Fact]
    public async Task Symbols_and_readings_are_text_and_what_a_style_was_before_is_not_its_style()
    {
        var text = await ReadAsync(
            """
            <w:p><w:r><w:sym w:font="Wingdings" w:char="F0FC"/><w:t xml:space="preserve"> lit, 3 </w:t><w:sym w:font="Symbol" w:char="F0B5"/><w:sym w:font="Symbol" w:char="F06D"/></w:r></w:p>
            <w:p><w:r><w:ruby><w:rt><w:r><w:t>とうだい</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>灯台</w:t></w:r></w:rubyBase></w:ruby></w:r></w:p>
            <w:p><w:pPr><w:pPrChange><w:pPr><w:pStyle w:val="Chapter"/></w:pPr></w:pPrChange></w:pPr><w:r><w:t>A plain line</w:t></w:r></w:p>
            """
        );

        text.ShouldBe("✓ lit, 3 ∝μ\n\n灯台 (とうだい)\n\nA plain line\n");
    }

    public ValueTask DisposeAsync() => services.DisposeAsync();

    private static string Item(string text, int list, int level) =>
        $"""<w:p><w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{list}"/></w:numPr></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>""";

    private async Task<string> ReadAsync(string body)
    {
        var (document, text, _) = await services.ReadAsync(
            "a.docx",
            Packages.Docx(
                body,
                (
                    "word/_rels/document.xml.rels",
                    $"""<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="a" Type="{Types}/styles" Target="styles.xml"/><Relationship Id="b" Type="{Types}/numbering" Target="numbering.xml"/></Relationships>"""
                ),
                (
                    "word/styles.xml",
                    $"""<w:styles xmlns:w="{Main}"><w:style w:styleId="Chapter"><w:name w:val="heading 1"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style></w:styles>"""
                ),
                ("word/numbering.xml", Numbering)
            )
        );
        document.Warnings.ShouldBeEmpty();
        return text;
    }
}
