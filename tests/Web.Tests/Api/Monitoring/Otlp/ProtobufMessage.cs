using System.Buffers.Binary;
using System.Text;

namespace Jobs.Web.Tests.Api.Monitoring.Otlp;

/// <summary>The fields of a message in protobuf's encoding, by their numbers; what they mean knows who reads them.</summary>
internal sealed class ProtobufMessage
{
    private readonly List<(int Number, ulong Value, ReadOnlyMemory<byte> Bytes)> fields = [];

    public ProtobufMessage(ReadOnlyMemory<byte> message)
    {
        var at = 0;
        while (at < message.Length)
        {
            var key = Varint(message.Span, ref at);
            var (number, type) = ((int)(key >> 3), (int)(key & 7));
            switch (type)
            {
                case 0:
                    fields.Add((number, Varint(message.Span, ref at), default));
                    break;
                case 1:
                    fields.Add(
                        (
                            number,
                            BinaryPrimitives.ReadUInt64LittleEndian(message.Span[at..]),
                            default
                        )
                    );
                    at += 8;
                    break;
                case 2:
                    var length = (int)Varint(message.Span, ref at);
                    fields.Add((number, 0, message.Slice(at, length)));
                    at += length;
                    break;
                case 5:
                    fields.Add(
                        (
                            number,
                            BinaryPrimitives.ReadUInt32LittleEndian(message.Span[at..]),
                            default
                        )
                    );
                    at += 4;
                    break;
                default:
                    throw new InvalidDataException($"A field of the type {type}.");
            }
        }
    }

    public IEnumerable<ProtobufMessage> Messages(int number) =>
        fields.Where(f => f.Number == number).Select(f => new ProtobufMessage(f.Bytes));

    public string Text(int number) =>
        Encoding.UTF8.GetString(fields.LastOrDefault(f => f.Number == number).Bytes.Span);

    public long Number(int number) => (long)fields.LastOrDefault(f => f.Number == number).Value;

    private static ulong Varint(ReadOnlySpan<byte> bytes, ref int at)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var next = bytes[at++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }
}
