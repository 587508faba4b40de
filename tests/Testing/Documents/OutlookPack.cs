using System.Text;

namespace Jobs.Testing.Documents;

/// <summary>Writes a TNEF stream, as the attachment <c>winmail.dat</c> is one: attributes with a level, an id and a checksum.</summary>
public static class OutlookPack
{
    private const uint Signature = 0x223E_9F78;
    private const byte Message = 1;
    private const byte Attachment = 2;

    public static byte[] Of(string body, string name, string content)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write(Signature);
        writer.Write((ushort)1);
        Write(writer, Message, 0x0008_9006, BitConverter.GetBytes(0x0001_0000));
        Write(writer, Message, 0x0006_9007, [.. BitConverter.GetBytes(1252), 0, 0, 0, 0]);
        Write(writer, Message, 0x0007_8008, "IPM.Note\0"u8.ToArray());
        Write(writer, Message, 0x0006_9003, Body(body));
        Write(writer, Attachment, 0x0006_9002, new byte[14]);
        Write(writer, Attachment, 0x0001_8010, Encoding.ASCII.GetBytes(name + '\0'));
        Write(writer, Attachment, 0x0006_800F, Encoding.ASCII.GetBytes(content));
        return bytes.ToArray();
    }

    // One property: the text, in bytes.
    private static byte[] Body(string body)
    {
        var text = Encoding.ASCII.GetBytes(body + '\0');
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write(1);
        writer.Write((ushort)0x001E);
        writer.Write((ushort)0x1000);
        writer.Write(1);
        writer.Write(text.Length);
        writer.Write(text);
        writer.Write(new byte[(4 - (text.Length % 4)) % 4]);
        return bytes.ToArray();
    }

    private static void Write(BinaryWriter writer, byte level, int id, byte[] data)
    {
        writer.Write(level);
        writer.Write(id);
        writer.Write(data.Length);
        writer.Write(data);
        writer.Write((ushort)data.Sum(b => b));
    }
}
