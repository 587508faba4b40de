using System.Buffers.Binary;

namespace Jobs.Testing.Chaos;

/// <summary>
/// Takes the NotificationResponse messages out of what a PostgreSQL server says: a byte for the type, four for the
/// length that includes them, then as much. Not thread-safe.
/// </summary>
internal sealed class NoticeFilter(Action swallowed)
{
    private const byte Notification = (byte)'A';
    private const int HeaderBytes = 5;
    private readonly List<byte> waiting = [];

    /// <summary>What is left of the next bytes, with what waited for the rest of its message.</summary>
    public ReadOnlyMemory<byte> Pass(ReadOnlySpan<byte> bytes)
    {
        waiting.AddRange(bytes);
        var passed = new MemoryStream();
        var all = waiting.ToArray().AsSpan();
        while (all.Length >= HeaderBytes)
        {
            var length = 1 + BinaryPrimitives.ReadInt32BigEndian(all[1..]);
            if (all.Length < length)
            {
                break;
            }
            if (all[0] == Notification)
            {
                swallowed();
            }
            else
            {
                passed.Write(all[..length]);
            }
            all = all[length..];
        }
        waiting.RemoveRange(0, waiting.Count - all.Length);
        return passed.ToArray();
    }
}
