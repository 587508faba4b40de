using System.Globalization;
using System.Text;
using Jobs.Parser.Extraction.Markup;
using Jobs.Parser.Formats;
using Jobs.Parser.Text;
using MimeKit;
using MimeKit.Tnef;

namespace Jobs.Parser.Extraction.Archives;

/// <summary>A message: who, to whom, when and about what, its text, then its attachments.</summary>
internal sealed class MailExtractor(PartReader parts) : ITextExtractor
{
    private static readonly ParserOptions Options = new()
    {
        MaxMimeDepth = 64,
        MaxAddressGroupDepth = 3,
    };

    public IReadOnlyList<DocumentFormat> Formats => [DocumentFormat.Mail];

    public async Task ExtractAsync(
        SourceFile file,
        ExtractedText text,
        CancellationToken cancellationToken
    )
    {
        await using var stream = await OpenAsync(file, cancellationToken);
        MimeMessage message;
        try
        {
            message = await MimeMessage.LoadAsync(
                Options,
                stream,
                persistent: true,
                cancellationToken
            );
        }
        catch (FormatException e)
        {
            throw new ParseException(
                ParseErrors.Unreadable,
                "The message is broken. Save it anew in the program that it comes from.",
                e
            );
        }
        using (message)
        {
            ReadHeader(message, text);
            var attachments = new List<MimeEntity>();
            ReadBody(message.Body, text, attachments, cancellationToken);
            foreach (var attachment in attachments)
            {
                await ReadAttachmentAsync(file, attachment, text, cancellationToken);
            }
        }
    }

    // Messages are of bytes; one that an editor saved in UTF-16 is made so again.
    private static async Task<Stream> OpenAsync(SourceFile file, CancellationToken ct)
    {
        var head = await file.HeadAsync(ct);
        if (TextEncoding.OfHead(head) is not (UnicodeEncoding or UTF32Encoding))
        {
            return file.OpenRead();
        }
        using var reader = await TextEncoding.OpenAsync(file, declares: false, ct);
        var bytes = new FileStream(
            Path.Combine(file.Folder, $"{Path.GetFileName(file.Path)}-bytes"),
            new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.ReadWrite,
                Options = FileOptions.DeleteOnClose,
            }
        );
        await using (var writer = new StreamWriter(bytes, new UTF8Encoding(false), leaveOpen: true))
        {
            var buffer = new char[64 * 1024];
            int read;
            while ((read = await reader.ReadAsync(buffer, ct)) > 0)
            {
                await writer.WriteAsync(buffer.AsMemory(0, read), ct);
            }
        }
        bytes.Position = 0;
        return bytes;
    }

    private static void ReadHeader(MimeMessage message, ExtractedText text)
    {
        text.Title ??= message.Subject;
        text.Author ??= message.From.Mailboxes.FirstOrDefault() is { } from
            ? string.IsNullOrWhiteSpace(from.Name)
                ? from.Address
                : from.Name
            : null;
        if (message.Headers.Contains(HeaderId.Date))
        {
            text.AuthoredAt ??= message.Date.ToUniversalTime();
        }
        if (!string.IsNullOrWhiteSpace(message.Subject))
        {
            text.Add(message.Subject, heading: 1);
        }
        AddField("From", message.From.ToString(), text);
        AddField("To", message.To.ToString(), text);
        AddField("Cc", message.Cc.ToString(), text);
        AddField("Bcc", message.Bcc.ToString(), text);
        if (message.Headers.Contains(HeaderId.Date))
        {
            AddField(
                "Date",
                message.Date.ToString("yyyy-MM-dd HH:mm zzz", CultureInfo.InvariantCulture),
                text
            );
        }
    }

    private static void AddField(string name, string value, ExtractedText text)
    {
        if (!string.IsNullOrWhiteSpace(value))
        {
            text.AddLine($"{name}: {value}");
        }
    }

    // In the order of the parts; of alternatives the one in plain words, then what only another has.
    private static void ReadBody(
        MimeEntity? body,
        ExtractedText text,
        List<MimeEntity> attachments,
        CancellationToken ct
    )
    {
        switch (body)
        {
            case MultipartAlternative alternatives:
                var plain = alternatives
                    .OfType<TextPart>()
                    .FirstOrDefault(p => p.IsPlain && !string.IsNullOrWhiteSpace(p.Text));
                if (plain is null)
                {
                    ReadBody(alternatives.LastOrDefault(), text, attachments, ct);
                    break;
                }
                ReadBody(plain, text, attachments, ct);
                MailAlternatives.AddRest(plain.Text, alternatives, text, ct);
                attachments.AddRange(MailAlternatives.Beside(alternatives));
                break;
            case Multipart multipart:
                foreach (var part in multipart)
                {
                    ReadBody(part, text, attachments, ct);
                }
                break;
            case TextPart { IsAttachment: false } part:
                if (part.IsHtml)
                {
                    var title = text.Title;
                    HtmlText.Read(part.Text, text, ct);
                    text.Title = title;
                }
                else
                {
                    text.AddParagraphs(part.Text.ReplaceLineEndings("\n"));
                }
                break;
            // What another system says of it: where it could not be delivered, or the header of what came back.
            case MimePart { IsAttachment: false, Content: { } content }
                when body.ContentType.IsMimeType("message", "*")
                    || body.ContentType.IsMimeType("text", "rfc822-headers"):
                using (var said = new StreamReader(Bytes(s => content.DecodeTo(s, ct))))
                {
                    text.AddParagraphs(said.ReadToEnd().ReplaceLineEndings("\n"));
                }
                break;
            // What Outlook sends to programs that it takes for Outlook.
            case TnefPart outlook:
                var inner = outlook.ConvertToMessage();
                ReadBody(inner.Body, text, attachments, ct);
                break;
            case not null:
                attachments.Add(body);
                break;
            default:
                break;
        }
    }

    private async Task ReadAttachmentAsync(
        SourceFile file,
        MimeEntity attachment,
        ExtractedText text,
        CancellationToken ct
    )
    {
        var name = attachment.ContentDisposition?.FileName ?? attachment.ContentType.Name;
        if (attachment is MessagePart { Message: { } message })
        {
            name ??= (message.Subject ?? "message") + ".eml";
            await parts.ReadAsync(file, name, () => Bytes(s => message.WriteTo(s, ct)), text, ct);
        }
        else if (attachment is MimePart { Content: { } content } part)
        {
            if (
                part.ContentType.IsMimeType("application", "pkcs7-mime")
                || part.ContentType.IsMimeType("application", "pgp-encrypted")
            )
            {
                text.Warn(DocumentWarnings.Encrypted);
                return;
            }
            // Signatures and pictures of a letter's head have no name, and no text that anybody misses.
            if (name is not null || part.IsAttachment)
            {
                await parts.ReadAsync(
                    file,
                    name ?? "unnamed",
                    () => Bytes(s => content.DecodeTo(s, ct)),
                    text,
                    ct
                );
            }
        }
    }

    // An attachment is shorter than its message, which is at most as long as a file may be.
    private static MemoryStream Bytes(Action<Stream> write)
    {
        var bytes = new MemoryStream();
        write(bytes);
        bytes.Position = 0;
        return bytes;
    }
}
