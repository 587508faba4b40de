using static Jobs.Testing.Documents.Packages;

namespace Jobs.Testing.Documents;

/// <summary>Documents of packages, each with what readers are wont to miss: notes, boxes, tables in tables, order.</summary>
public static class OfficeFiles
{
    private const string Core =
        """<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"><dc:title>The keeper's book</dc:title><dc:creator>Ada Light</dc:creator><dcterms:created>2020-02-03T04:05:06Z</dcterms:created></cp:coreProperties>""";

    private const string Relationships =
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

    public static byte[] Word { get; } =
        Docx(
            """
            <w:p><w:pPr><w:pStyle w:val="Chapter"/></w:pPr><w:r><w:t>The lamp</w:t></w:r></w:p>
            <w:p><w:r><w:t xml:space="preserve">Lit at </w:t></w:r><w:r><w:t>dusk</w:t></w:r><w:r><w:footnoteReference w:id="1"/></w:r><w:del><w:r><w:delText>never</w:delText></w:r></w:del>
              <w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:txbxContent><w:p><w:r><w:t>In a box.</w:t></w:r></w:p></w:txbxContent></mc:Choice><mc:Fallback><w:txbxContent><w:p><w:r><w:t>In a box.</w:t></w:r></w:p></w:txbxContent></mc:Fallback></mc:AlternateContent></w:r></w:p>
            <w:tbl><w:tr><w:tc><w:p><w:r><w:t>left</w:t></w:r></w:p></w:tc><w:tc><w:p/><w:tbl><w:tr><w:tc><w:p><w:r><w:t>inner one</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>inner two</w:t></w:r></w:p></w:tc></w:tr></w:tbl><w:p/></w:tc></w:tr></w:tbl>
            """,
            ("docProps/core.xml", Core),
            (
                "word/_rels/document.xml.rels",
                $"""<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="a" Type="{Relationships}/styles" Target="styles.xml"/><Relationship Id="b" Type="{Relationships}/footnotes" Target="footnotes.xml"/><Relationship Id="c" Type="{Relationships}/footer" Target="/word/footer1.xml"/><Relationship Id="d" Type="{Relationships}/header" Target="header1.xml"/></Relationships>"""
            ),
            (
                "word/styles.xml",
                """<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:style w:styleId="Chapter"><w:name w:val="heading 1"/></w:style></w:styles>"""
            ),
            ("word/footnotes.xml", Part("footnotes", "A note on dusk.")),
            ("word/footer1.xml", Part("ftr", "At the foot.")),
            ("word/header1.xml", Part("hdr", "At the head."))
        );

    public static byte[] Slides { get; } =
        Zip(
            Packages.Text("[Content_Types].xml", "<Types/>"),
            Packages.Text("_rels/.rels", Rels(("r1", "officeDocument", "ppt/presentation.xml"))),
            Packages.Text("docProps/core.xml", Core),
            Packages.Text(
                "ppt/presentation.xml",
                $"""<p:presentation xmlns:p="p" xmlns:r="{Relationships}"><p:sldIdLst><p:sldId id="300" r:id="second"/><p:sldId id="256" r:id="first"/></p:sldIdLst></p:presentation>"""
            ),
            Packages.Text(
                "ppt/_rels/presentation.xml.rels",
                Rels(
                    ("first", "slide", "slides/slide1.xml"),
                    ("second", "slide", "slides/slide2.xml")
                )
            ),
            Packages.Text("ppt/slides/slide1.xml", Slide("Shown last", "A point")),
            Packages.Text("ppt/slides/slide2.xml", Slide("Shown first", "Another point")),
            Packages.Text(
                "ppt/slides/_rels/slide1.xml.rels",
                Rels(("n", "notesSlide", "../notesSlides/notesSlide1.xml"))
            ),
            Packages.Text(
                "ppt/notesSlides/notesSlide1.xml",
                """<p:notes xmlns:p="p" xmlns:a="a"><p:sp><a:p><a:r><a:t>Say this slowly.</a:t></a:r></a:p></p:sp></p:notes>"""
            )
        );

    public static byte[] OpenText { get; } =
        Open(
            "text",
            """
            <office:text><text:h text:outline-level="1">The lamp</text:h><text:p>Lit<text:s text:c="2"/>at dusk<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>A note on dusk.</text:p></text:note-body></text:note>.</text:p>
            <table:table table:name="T"><table:table-row><table:table-cell><text:p>left</text:p></table:table-cell><table:table-cell><text:p>right</text:p></table:table-cell></table:table-row></table:table>
            <text:tracked-changes><text:p>never</text:p></text:tracked-changes></office:text>
            """
        );

    public static byte[] OpenSheet { get; } =
        Open(
            "spreadsheet",
            """
            <office:spreadsheet><table:table table:name="Ledger"><table:table-row><table:table-cell><text:p>Lighthouse</text:p></table:table-cell><table:table-cell table:number-columns-repeated="2"><text:p>196</text:p></table:table-cell></table:table-row>
            <table:table-row table:number-rows-repeated="1048574"><table:table-cell table:number-columns-repeated="16384"/></table:table-row></table:table></office:spreadsheet>
            """
        );

    public static byte[] OpenSlides { get; } =
        Open(
            "presentation",
            """<office:presentation><draw:page><draw:frame><draw:text-box><text:p>First slide</text:p></draw:text-box></draw:frame></draw:page><draw:page><draw:frame><draw:text-box><text:p>Second slide</text:p></draw:text-box></draw:frame></draw:page></office:presentation>"""
        );

    public static byte[] Book { get; } =
        Zip(
            Packages.Text("mimetype", "application/epub+zip"),
            Packages.Text(
                "META-INF/container.xml",
                """<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles></container>"""
            ),
            Packages.Text(
                "OEBPS/book.opf",
                """<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata><dc:title>A book</dc:title><dc:creator>Ada Light</dc:creator><dc:language>en-GB</dc:language></metadata><manifest><item id="one" href="text/one.xhtml"/><item id="two" href="text/two%20b.xhtml"/></manifest><spine><itemref idref="two"/><itemref idref="one"/></spine></package>"""
            ),
            Packages.Text(
                "OEBPS/text/one.xhtml",
                """<html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head><body><h1>Second chapter</h1><p>It goes out.</p></body></html>"""
            ),
            Packages.Text(
                "OEBPS/text/two b.xhtml",
                """<html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head><body><h1>First chapter</h1><p>It is lit.</p></body></html>"""
            )
        );

    private static string Part(string root, string text) =>
        $"""<w:{root} xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:{root}>""";

    private static string Rels(params (string Id, string Type, string Target)[] all) =>
        $"""<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{string.Concat(all.Select(r => $"""<Relationship Id="{r.Id}" Type="{Relationships}/{r.Type}" Target="{r.Target}"/>"""))}</Relationships>""";

    private static string Slide(string title, string point) =>
        $"""<p:sld xmlns:p="p" xmlns:a="a"><p:sp><p:nvSpPr><p:nvPr><p:ph type="title"/></p:nvPr></p:nvSpPr><a:p><a:r><a:t>{title}</a:t></a:r></a:p></p:sp><p:sp><p:nvSpPr/><a:p><a:r><a:t>{point}</a:t></a:r></a:p></p:sp><a:tbl><a:tr><a:tc><a:p><a:r><a:t>cell</a:t></a:r></a:p></a:tc><a:tc><a:p><a:r><a:t>of {title}</a:t></a:r></a:p></a:tc></a:tr></a:tbl></p:sld>""";

    private static byte[] Open(string kind, string body) =>
        Zip(
            Packages.Text("mimetype", $"application/vnd.oasis.opendocument.{kind}"),
            Packages.Text(
                "meta.xml",
                """<office:document-meta xmlns:office="o" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:meta="m"><office:meta><dc:title>The keeper's book</dc:title><meta:initial-creator>Ada Light</meta:initial-creator></office:meta></office:document-meta>"""
            ),
            Packages.Text(
                "content.xml",
                $"""<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"><office:body>{body}</office:body></office:document-content>"""
            )
        );
}
