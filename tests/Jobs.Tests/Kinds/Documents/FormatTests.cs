using System.Text;
using Jobs.Testing;
using Jobs.Testing.Documents;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Kinds.Documents;

/// <summary>What is read of each format.</summary>
public sealed class FormatTests(TestDatabase database)
    : IClassFixture<TestDatabase>,
        IAsyncDisposable
{
    private readonly KindServices services = new(database);

    [Fact]
    public async Task Word_is_read_with_headers_headings_notes_boxes_and_tables_within_tables()
    {
        var (document, text, _) = await services.ReadAsync("a.docx", OfficeFiles.Word);

        (document.Title, document.Author, document.AuthoredAt?.Year).ShouldBe(
            ("The keeper's book", "Ada Light", 2020)
        );
        text.ShouldBe(
            "At the head.\n\nThe lamp\n\nLit at dusk\n\nIn a box.\n\nleft\tinner one inner two\n\nA note on dusk.\n\nAt the foot.\n"
        );
    }

    [Fact]
    public async Task Slides_are_read_in_the_order_in_which_they_are_shown()
    {
        var (document, text, _) = await services.ReadAsync("a.pptx", OfficeFiles.Slides);

        document.Pages.ShouldBe(2);
        text.ShouldBe(
            "Shown first\n\nAnother point\n\ncell\tof Shown first\n\nShown last\n\nA point\n\ncell\tof Shown last\n\nSay this slowly.\n"
        );
        (
            await services.ScalarAsync(
                "select page || ' ' || section from jobs.passages where document_id = $1 and body like '%slowly%'",
                document.Id
            )
        ).ShouldBe("2 Shown last");
    }

    [Fact]
    public async Task Workbooks_are_read_a_heading_a_sheet_and_a_row_a_line()
    {
        var (_, text, _) = await services.ReadAsync(
            "a.xlsx",
            Packages.Xlsx(
                Packages.Write(
                    """<row r="1"><c r="A1" t="inlineStr"><is><t>Sum</t></is></c><c r="C1"><v>196</v></c></row><row r="3"><c r="A3"><v>0.30000000000000004</v></c><c r="B3" t="b"><v>1</v></c></row>"""
                )
            )
        );
        var (old, oldText, _) = await services.ReadAsync("a.xls", OldWorkbook.Bytes);

        text.ShouldBe("Figures\n\nSum\t\t196\n0.3\tTRUE\n");
        oldText.ShouldBe("Ledger\n\nName\tAmount\nLighthouse\t196\nÜberfahrt\t0.5\n");
        old.MediaType.ShouldBe("application/vnd.ms-excel");
    }

    [Fact]
    public async Task OpenDocument_is_read_like_its_counterparts()
    {
        var (document, text, _) = await services.ReadAsync("a.odt", OfficeFiles.OpenText);
        var (_, sheet, _) = await services.ReadAsync("a.ods", OfficeFiles.OpenSheet);
        var (slides, shown, _) = await services.ReadAsync("a.odp", OfficeFiles.OpenSlides);

        (document.Title, document.Author).ShouldBe(("The keeper's book", "Ada Light"));
        text.ShouldBe("The lamp\n\nLit  at dusk.\n\nA note on dusk.\n\nleft\tright\n");
        sheet.ShouldBe("Ledger\n\nLighthouse\t196\t196\n");
        slides.Pages.ShouldBe(2);
        shown.ShouldBe("First slide\n\nSecond slide\n");
    }

    [Fact]
    public async Task A_book_is_read_in_the_order_of_its_spine()
    {
        var (document, text, _) = await services.ReadAsync("a.epub", OfficeFiles.Book);

        (document.Title, document.Author, document.Language).ShouldBe(
            ("A book", "Ada Light", "en-GB")
        );
        text.ShouldBe("First chapter\n\nIt is lit.\n\nSecond chapter\n\nIt goes out.\n");
    }

    [Fact]
    public async Task Rtf_is_read_in_any_code_page_with_tables_and_notes()
    {
        var rtf =
            @"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset204 Arial Cyr;}{\f2\fcharset128 MS Mincho;}}{\info{\title The lamp}{\author Ada}}"
            + @"{\*\generator hidden;}{\pard\outlinelevel0 Caf\'e9 \u8364?\par}{\f1 \'ef\'f0\'e8\'e2\'e5\'f2\par}{\f2 \'83\'5c\'83\'8b\par}"
            + @"\pard Lit{\footnote\pard A note.} at dusk.\par\trowd\pard\intbl left\cell right\cell\row\pard {\pict\bin4 }}}}} end}";
        var (document, text, _) = await services.ReadAsync("a.rtf", Encoding.Latin1.GetBytes(rtf));

        (document.Title, document.Author).ShouldBe(("The lamp", "Ada"));
        text.ShouldBe(
            "Café €\n\nпривет\n\nソル\n\nLit at dusk.\n\nA note.\n\nleft\tright\n\nend\n"
        );
    }

    [Fact]
    public async Task A_message_is_read_with_its_attachments()
    {
        var mail =
            "From: Ada Light <ada@example.org>\r\nTo: b@example.org\r\nDate: Tue, 4 Feb 2020 10:00:00 +0100\r\nSubject: =?utf-8?Q?The_l=C3=A4mp?=\r\nMIME-Version: 1.0\r\n"
            + "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: multipart/alternative; boundary=c\r\n\r\n--c\r\nContent-Type: text/plain\r\n\r\nPlain words.\r\n"
            + "--c\r\nContent-Type: text/html\r\n\r\n<p>Plain words.</p>\r\n--c--\r\n--b\r\nContent-Type: application/octet-stream; name=\"a.docx\"\r\nContent-Disposition: attachment; filename=\"../a.docx\"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
            + Convert.ToBase64String(OfficeFiles.Word, Base64FormattingOptions.InsertLineBreaks)
            + "\r\n--b\r\nContent-Disposition: attachment; filename=\"b.bin\"\r\nContent-Transfer-Encoding: base64\r\n\r\nAAECAwQFBgcICQAA\r\n--b--\r\n";
        var (document, text, _) = await services.ReadAsync("a.eml", Encoding.UTF8.GetBytes(mail));

        (document.Title, document.Author, document.AuthoredAt?.Hour).ShouldBe(
            ("The lämp", "Ada Light", 9)
        );
        text.ShouldContain("Plain words.\n\n../a.docx\n\nAt the head.");
        text.ShouldContain("inner one");
        document.Warnings.ShouldBe(["part_unread: b.bin (unsupported_type)"]);
    }

    [Fact]
    public async Task An_archive_is_read_file_by_file()
    {
        var (document, text, _) = await services.ReadAsync(
            "a.zip",
            Packages.Zip(
                ("folder/", []),
                ("folder/one.md", "# One\n\nFirst."u8.ToArray()),
                ("two.odt", OfficeFiles.OpenText),
                ("three.exe", "MZ\0\0\0"u8.ToArray())
            )
        );

        text.ShouldStartWith("folder/one.md\n\nOne\n\nFirst.\n\ntwo.odt\n\nThe lamp");
        document.Title.ShouldBeNull();
        document.Warnings.ShouldBe(["part_unread: three.exe (unsupported_type)"]);
    }

    [Fact]
    public async Task An_archive_that_begins_with_a_PDF_is_an_archive()
    {
        var pdf = MinimalPdf.Of("Within", "Ada", "A page");
        var (document, text, _) = await services.ReadAsync("a.zip", Packages.Stored("a.pdf", pdf));

        text.ShouldBe("a.pdf\n\nA page\n");
        document.Warnings.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_file_that_is_read_a_second_way_takes_nothing_from_those_before_it()
    {
        var (document, text, _) = await services.ReadAsync(
            "a.zip",
            Packages.Zip(
                Packages.Text("first.txt", "Said first."),
                Packages.Text(
                    "open.csv",
                    $"a,\"b\n{string.Concat(Enumerable.Repeat("c,d\n", 300_000))}"
                ),
                Packages.Text("template.yaml", "a: {{ name }}\n  b"),
                ("broken.pdf", "%PDF-1.4\nnothing"u8.ToArray())
            )
        );

        text.ShouldStartWith("first.txt\n\nSaid first.\n\nopen.csv\n\na\tb\nc\td\n");
        text.ShouldEndWith("template.yaml\n\na: {{ name }}\n  b\n\nbroken.pdf\n");
        document.Warnings.ShouldBe([
            "malformed_table",
            "damaged",
            "part_unread: broken.pdf (unreadable)",
        ]);
    }

    [Theory]
    [InlineData(
        "a.xml",
        "<?xml version='1.0' encoding='iso-8859-1'?><r><title>Café</title><p>One <b>bold</b> word</p><p>two</p></r>",
        "Café\nOne bold word\ntwo\n"
    )]
    [InlineData(
        "a.yaml",
        "list:\n  - name: Ada\n    age: 36\nopen: true\n",
        "list.name: Ada\nlist.age: 36\nopen: true\n"
    )]
    [InlineData("a.yaml", "a: {{ template }}\n  b", "a: {{ template }}\n  b\n")]
    [InlineData(
        "a.xhtml",
        "<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><head><title/></head><body><p>Seen<br/>words</p></body></html>",
        "Seen\nwords\n"
    )]
    [InlineData("a.tsv", "a\tb\n\nc\td\n", "a\tb\nc\td\n")]
    [InlineData(
        "a.html",
        "<p>Ask<textarea>written</textarea><select><option>chosen</select><svg><text>drawn</text></svg><p><math><mi>E</mi><mo>=</mo><mi>m</mi></math>",
        "Ask\n\nwritten\n\nchosen\n\ndrawn\n\nE=m\n"
    )]
    [InlineData("cut.json", "{\"a\": \"words\", \"b", "{\"a\": \"words\", \"b\n")]
    [InlineData("log.ndjson", "{\"a\": 1}\nhalf a line", "{\"a\": 1}\nhalf a line\n")]
    [InlineData(
        "a.rtf",
        "{\\rtf1 Kept{\\deleted  away}{\\object{\\*\\objdata 01}{\\result  in an object}}.}",
        "Kept in an object.\n"
    )]
    public async Task Markup_is_read_by_its_own_rules(string name, string content, string expected)
    {
        var (_, text, outcome) = await services.ReadAsync(name, Encoding.Latin1.GetBytes(content));

        outcome.Error.ShouldBeNull();
        text.ShouldBe(expected);
    }

    [Theory]
    [InlineData("windows-1251", "Привет, как дела? Это обычный русский текст для проверки.")]
    [InlineData("koi8-r", "Привет, как дела? Это обычный русский текст для проверки.")]
    [InlineData("windows-1253", "Καλημέρα σας, αυτό είναι ένα απλό ελληνικό κείμενο για δοκιμή.")]
    [InlineData("windows-1252", "Déjà vu à la plage, où l’été “brûle” les garçons naïfs.")]
    [InlineData("iso-8859-1", "Größe und Maß, süße Äpfel und böse Öfen über allem.")]
    [InlineData("shift_jis", "これは日本語の文章です。文字コードを調べるための試験です。")]
    [InlineData("iso-8859-15", "Un cœur pour 12 €, l'été à Nœux.")]
    [InlineData("windows-1250", "Aseară am mers acasă, era târziu şi toţi erau obosiţi.")]
    [InlineData("windows-1254", "Pijamalı hasta yağız şoföre çabucak güvendi, İstanbul’da.")]
    [InlineData("iso-2022-jp", "これは日本語の文章です。")]
    [InlineData("windows-1252", "naïf")]
    [InlineData("windows-1252", "Café")]
    [InlineData("macintosh", "Größe und Maß, süße Äpfel und böse Öfen über allem.")]
    [InlineData("macintosh", "Voix ambiguë d’un cœur qui, au zéphyr, préfère les kiwis.")]
    [InlineData("ibm850", "Größe und Maß, süße Äpfel und böse Öfen über allem.")]
    [InlineData("ibm852", "Příliš žluťoučký kůň úpěl ďábelské ódy.")]
    [InlineData("cp866", "Привет, мир")]
    [InlineData("windows-1251", "Жебракують філософи при ґанку церкви в Гадячі.")]
    [InlineData("windows-1255", "שלום לכל העולם, מצא חברה")]
    [InlineData("windows-874", "กรุงเทพมหานครเป็นเมืองหลวง")]
    [InlineData("gb2312", "会议纪要")]
    [InlineData("gb2312", "你好世界")]
    [InlineData("shift_jis", "東京都")]
    [InlineData("euc-jp", "日本語")]
    [InlineData("euc-kr", "안녕하세요")]
    [InlineData("big5", "你好")]
    [InlineData("utf-16BE", "Plain words without any mark.")]
    [InlineData("utf-16LE", "Съешь ещё этих мягких французских булок.")]
    [InlineData("utf-16LE", "会议将于明天下午三点举行。\r\n请准时参加。\r\n")]
    [InlineData("utf-32BE", "Größe ohne ein Zeichen davor.")]
    [InlineData("utf-32", "Plain words with a mark.")]
    public async Task The_encoding_of_a_text_is_guessed_where_nothing_says_it(
        string encoding,
        string said
    )
    {
        var code = Encoding.GetEncoding(encoding);
        byte[] mark = encoding == "utf-32" ? code.GetPreamble() : [];
        var (_, text, _) = await services.ReadAsync(
            $"{encoding}.txt",
            [.. mark, .. code.GetBytes(said)]
        );

        text.Trim().ShouldBe(said.ReplaceLineEndings("\n").Trim());
    }

    [Theory]
    [InlineData(
        "Der Leuchtturm steht auf einem Felsen, und das Licht ist in der Nacht nicht zu übersehen.",
        "de",
        "german",
        "fels"
    )]
    [InlineData(
        "Le phare est sur un rocher, et la lumière ne se voit pas dans la nuit pour les bateaux.",
        "fr",
        "french",
        "lumi"
    )]
    [InlineData(
        "The lighthouse stands on a rock, and the light is not to be missed in the night.",
        "en",
        "english",
        "lighthous"
    )]
    [InlineData("灯台は岩の上に立っています。夜の光は見逃せません。", "ja", "simple", "灯台")]
    [InlineData("x y z", null, "english", "y")]
    public async Task Passages_are_stemmed_in_the_language_of_their_document(
        string said,
        string? language,
        string configuration,
        string term
    )
    {
        var (document, _, _) = await services.ReadAsync("a.txt", Encoding.UTF8.GetBytes(said));

        document.Language.ShouldBe(language);
        (
            await services.ScalarAsync(
                "select config::text from jobs.passages where document_id = $1",
                document.Id
            )
        ).ShouldBe(configuration);
        (
            await services.ScalarAsync(
                $"select '{term}' = any (tsvector_to_array(terms)) from jobs.passages where document_id = $1",
                document.Id
            )
        ).ShouldBe(true);
    }

    public ValueTask DisposeAsync() => services.DisposeAsync();
}
