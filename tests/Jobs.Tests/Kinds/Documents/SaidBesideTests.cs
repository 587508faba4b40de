using System.Text;
using Jobs.Testing;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Kinds.Documents;

/// <summary>Words that markup has beside its text: in attributes, in twins for other readers, in what is no element.</summary>
public sealed class SaidBesideTests(TestDatabase database)
    : IClassFixture<TestDatabase>,
        IAsyncDisposable
{
    private readonly KindServices services = new(database);

    [Theory]
    [InlineData(
        "a.html",
        "<html><head><meta name=description content='Of lamps'></head><p>See <img alt='a lamp' src=x> and the <abbr title='World Wide Web'>WWW</abbr> now</p>",
        "Of lamps\n\nSee and the WWW now\n\na lamp\n\nWorld Wide Web\n"
    )]
    [InlineData(
        "a.html",
        "<form><input value='Ada' placeholder='Your name'><input type=hidden value=x><input type=submit value=Send><button aria-label='Close it'>x</button></form>",
        "x\n\nYour name\n\nAda\n\nSend\n\nClose it\n"
    )]
    [InlineData(
        "a.html",
        "<noscript><p>No script.</p></noscript><object><p>No player.</p></object><video>No film.</video><p title=said>It is said.</p>",
        "No script.\n\nNo player.\n\nNo film.\n\nIt is said.\n"
    )]
    [InlineData(
        "a.html",
        "<html><meta charset=iso-8859-1><p>Gr\u00c3\u00bc\u00c3\u009fe</p>",
        "Grüße\n"
    )]
    [InlineData(
        "a.html",
        "<html><meta charset=iso-8859-1><p>A \u0093quote\u0094</p>",
        "A “quote”\n"
    )]
    [InlineData(
        "a.xhtml",
        "<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><body><p><![CDATA[a < b & c]]></p></body></html>",
        "a < b & c\n"
    )]
    [InlineData(
        "a.xml",
        "<c publisher='Harbour Press' lang='en'>\n<book id='b1' title='Lamps'>\n<author first='Ada' last='Light' age='36'/>\n<price currency='EUR'>12.50</price>\n</book>\n<p>See <ref target='the big one'>this</ref> now</p></c>",
        "Harbour Press\nLamps\nAda\tLight\t36\n12.50\nSee this now\nthe big one\n"
    )]
    [InlineData("a.xml", "<log>one</log>\n<log>two &amp; more</log>", "one\n\ntwo & more\n")]
    [InlineData("a.xml", "<p>one&nbsp;<b>two</b></p>", "one\u00a0two\n")]
    [InlineData(
        "a.xml",
        "<!DOCTYPE p SYSTEM 'p.dtd' [<!ENTITY fig SYSTEM 'a.tif' NDATA TIF>]><p>one&nbsp;<b>two</b></p>",
        "one\u00a0two\n"
    )]
    [InlineData(
        "drawing.svg",
        "<svg xmlns='http://www.w3.org/2000/svg'><g fill='none so far'><text>North <tspan>pier</tspan></text></g></svg>",
        "North pier\n"
    )]
    [InlineData(
        "a.rtf",
        "{\\rtf1 {\\upr{old?}{\\*\\ud{\\u1055?\\u1088?}}} seen{\\shp{\\*\\shpinst{\\sp{\\sn wzDescription}{\\sv A lamp}}{\\sp{\\sn fLine}{\\sv 0}}}}\\par}",
        "Пр seen\n\nA lamp\n"
    )]
    public async Task It_is_read(string name, string content, string expected)
    {
        var (_, text, outcome) = await services.ReadAsync(name, Encoding.Latin1.GetBytes(content));

        outcome.Error.ShouldBeNull();
        text.ShouldBe(expected);
    }

    public ValueTask DisposeAsync() => services.DisposeAsync();
}
