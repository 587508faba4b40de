using System.Text;
using Jobs.Testing;
using Jobs.Testing.Documents;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Kinds.Documents;

/// <summary>What messages have beside the text of their author.</summary>
public sealed class MailTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncDisposable
{
    private const string Head =
        "From: a@example.org\r\nSubject: Lamps\r\nMIME-Version: 1.0\r\nContent-Type: multipart/";

    private readonly KindServices services = new(database);

    [Fact]
    public async Task What_only_the_HTML_of_a_message_says_is_read_too()
    {
        var text = await ReadAsync(
            "alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nDear all,\r\nit is lit.\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>Dear all, it is <b>lit</b>.</p><table><tr><td>Total<td>99.50</table>\r\n--b--\r\n"
        );

        text.ShouldEndWith("Dear all,\nit is lit.\n\nTotal\t99.50\n");
    }

    [Fact]
    public async Task A_report_that_a_message_was_not_delivered_is_read()
    {
        var text = await ReadAsync(
            "report; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nIt came back.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nFinal-Recipient: rfc822; lost@example.org\r\n\r\n--b--\r\n"
        );

        text.ShouldContain("It came back.");
        text.ShouldContain("lost@example.org");
    }

    [Fact]
    public async Task A_message_within_a_message_is_read_with_its_own_attachments()
    {
        var text = await ReadAsync(
            "mixed; boundary=b\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
                + "From: c@example.org\r\nSubject: Within\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\nContent-Type: text/csv; name=\"=?utf-8?Q?t=C3=A4ble.csv?=\"\r\nContent-Disposition: attachment\r\n\r\na,b\r\nc,d\r\n--c--\r\n"
                + "\r\n--b--\r\n"
        );

        text.ShouldContain(
            "Within.eml\n\nWithin\n\nFrom: c@example.org\n\ntäble.csv\n\na\tb\nc\td\n"
        );
    }

    [Fact]
    public async Task What_Outlook_packs_for_itself_is_unpacked()
    {
        var text = await ReadAsync(
            "mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nHello\r\n--b\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=winmail.dat\r\n\r\n"
                + Convert.ToBase64String(
                    OutlookPack.Of("Packed words", "report.txt", "Words of the report"),
                    Base64FormattingOptions.InsertLineBreaks
                )
                + "\r\n--b--\r\n"
        );

        text.ShouldEndWith("Hello\n\nPacked words\n\nreport.txt\n\nWords of the report\n");
    }

    [Theory]
    [InlineData("ibm437", "Übersicht/Größe.txt", "café.txt")]
    [InlineData("cp866", "Договор.txt", "Отчёт за год.txt")]
    [InlineData("gb2312", "合同.txt", "会议纪要.txt")]
    [InlineData("shift_jis", "請求書.txt", "日本語のファイル.txt")]
    [InlineData("utf-8", "Žluťoučký.txt", "kůň.txt")]
    public async Task Names_in_an_archive_are_read_in_the_code_page_of_its_writer(
        string encoding,
        string first,
        string second
    )
    {
        var (_, text, _) = await services.ReadAsync(
            $"{encoding}.zip",
            Packages.Named(Encoding.GetEncoding(encoding), (first, "one"), (second, "two"))
        );

        text.ShouldBe($"{first}\n\none\n\n{second}\n\ntwo\n");
    }

    public ValueTask DisposeAsync() => services.DisposeAsync();

    private async Task<string> ReadAsync(string message)
    {
        var (document, text, outcome) = await services.ReadAsync(
            "a.eml",
            Encoding.UTF8.GetBytes(Head + message)
        );
        outcome.Error.ShouldBeNull();
        document.Warnings.ShouldBeEmpty();
        return text;
    }
}
