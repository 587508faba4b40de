using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Jobs.Parser.Text;

namespace Jobs.Parser.Formats;

/// <summary>Tells the types apart that are text.</summary>
internal static partial class TextFormats
{
    /// <summary>The type of a text by its beginning, and by its name where several would do.</summary>
    public static DocumentFormat Of(DocumentFormat? named, ReadOnlySpan<byte> head)
    {
        var encoding = TextEncoding.OfHead(head) ?? Encoding.Latin1;
        var text = encoding.GetString(head).TrimStart('\uFEFF', 'ï', '»', '¿').TrimStart();
        var strict = OfMarkup(text);
        if (named is null)
        {
            return strict ?? Loosely(text);
        }
        if (named == DocumentFormat.Xhtml || named == DocumentFormat.Xml)
        {
            return strict == DocumentFormat.Html ? named
                : strict is not null || text.StartsWith('<') ? named
                : Loosely(text);
        }
        if (named == DocumentFormat.Html || named == DocumentFormat.Markdown)
        {
            return named;
        }
        if (named == DocumentFormat.Json || named == DocumentFormat.NdJson)
        {
            return
                text.Length > 0
                && (
                    text[0] is '{' or '[' or '"' or '-' or 't' or 'f' or 'n' or '/'
                    || char.IsAsciiDigit(text[0])
                )
                ? named
                : strict ?? DocumentFormat.Text;
        }
        if (named == DocumentFormat.Mail)
        {
            return IsMail(text) || FieldName().IsMatch(text)
                ? named
                : strict ?? DocumentFormat.Text;
        }
        if (DocumentFormat.Loose.Contains(named))
        {
            return strict ?? named;
        }
        // The name says that it were binary.
        return strict ?? Loosely(text);
    }

    private static DocumentFormat Loosely(string text) =>
        IsMail(text) ? DocumentFormat.Mail
        : IsJson(text) ? DocumentFormat.Json
        : HtmlStart().IsMatch(text) ? DocumentFormat.Html
        : XmlStart().IsMatch(text) ? DocumentFormat.Xml
        : DocumentFormat.Text;

    private static DocumentFormat? OfMarkup(string text)
    {
        if (text.StartsWith("<?xml", StringComparison.OrdinalIgnoreCase))
        {
            return XhtmlRoot().IsMatch(text) ? DocumentFormat.Xhtml : DocumentFormat.Xml;
        }
        return
            text.StartsWith("<!doctype html", StringComparison.OrdinalIgnoreCase)
            || text.StartsWith("<html", StringComparison.OrdinalIgnoreCase)
            ? DocumentFormat.Html
            : null;
    }

    private static bool IsMail(string text)
    {
        // Two fields of a message's header, the first of which is one that messages begin with.
        var match = MailStart().Match(text);
        return match.Success && FieldName().IsMatch(text[match.Length..].TrimStart('\r', '\n'));
    }

    private static bool IsJson(string text)
    {
        if (text.Length == 0 || text[0] is not ('{' or '['))
        {
            return false;
        }
        var reader = new Utf8JsonReader(
            Encoding.UTF8.GetBytes(text),
            new JsonReaderOptions { AllowMultipleValues = true }
        );
        var tokens = 0;
        try
        {
            while (reader.Read())
            {
                tokens++;
            }
        }
        catch (JsonException)
        {
            // The head ends within the document, so that the last token is broken: those before are enough.
        }
        return tokens > 3
            || (tokens > 1 && reader.BytesConsumed > 0 && text.Length < ParserLimits.HeadLength);
    }

    // Parts of pages, which have no root of their own.
    [GeneratedRegex(
        @"\A<(!--|(head|body|div|p|table|ul|ol|h[1-6]|section|article|main|meta|title|style|script)[\s>/])",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex HtmlStart();

    [GeneratedRegex(
        @"\A<(!DOCTYPE\s|[A-Za-z_][\w.:-]{0,100}(\s[^<>]{0,1000})?/?>)",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex XmlStart();

    [GeneratedRegex(
        "<html[^>]{0,500}xmlns",
        RegexOptions.IgnoreCase,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex XhtmlRoot();

    [GeneratedRegex(
        @"\A(Received|Return-Path|Delivered-To|Message-ID|MIME-Version|From|To|Subject|Date|X-[A-Za-z0-9-]{2,40}|DKIM-Signature|ARC-Seal|Authentication-Results):[^\n]{0,998}(\n[ \t][^\n]{0,998}){0,30}\r?\n",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex MailStart();

    [GeneratedRegex(
        @"\A[A-Za-z][A-Za-z0-9-]{1,60}:[ \t\r\n]",
        RegexOptions.None,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex FieldName();
}
