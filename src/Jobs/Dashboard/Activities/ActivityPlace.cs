using System.Buffers.Binary;
using System.Globalization;

namespace Jobs.Dashboard.Activities;

/// <summary>
/// Where an activity stands in the list: the newest first, those of the same microsecond by where they are read, then
/// by their key, the largest first. As text it is a cursor.
/// </summary>
/// <param name="Source">Where it is read.</param>
/// <param name="Key">The id of a batch, or a number as one.</param>
internal readonly record struct ActivityPlace(DateTimeOffset At, ActivitySource Source, Guid Key)
{
    private const int Numbers = 3;

    /// <summary>Before all that there will be.</summary>
    public static ActivityPlace First { get; } =
        new(new(9999, 12, 31, 0, 0, 0, TimeSpan.Zero), ActivitySource.Submitted, Guid.AllBitsSet);

    /// <summary>A number as a key, in its order.</summary>
    public static Guid KeyOf(long number)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        BinaryPrimitives.WriteInt64BigEndian(bytes[8..], number);
        return new(bytes, bigEndian: true);
    }

    /// <summary>The moment that an id of a batch begins with.</summary>
    public static DateTimeOffset TimeOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        var milliseconds = BinaryPrimitives.ReadInt64BigEndian(bytes) >> 16;
        return DateTimeOffset.UnixEpoch.AddMilliseconds(milliseconds);
    }

    /// <summary>What comes next in a source has the time of this place and a lower key than this, or a lower time.</summary>
    public Guid KeyIn(ActivitySource source) =>
        source == Source ? Key
        : source > Source ? Guid.AllBitsSet
        : Guid.Empty;

    /// <summary>The same for a source whose keys are numbers.</summary>
    public long NumberIn(ActivitySource source)
    {
        if (source != Source)
        {
            return source > Source ? long.MaxValue : long.MinValue;
        }
        Span<byte> bytes = stackalloc byte[16];
        Key.TryWriteBytes(bytes, bigEndian: true, out _);
        return Key == Guid.AllBitsSet
            ? long.MaxValue
            : BinaryPrimitives.ReadInt64BigEndian(bytes[8..]);
    }

    /// <summary>The id that is above all ids of batches that come next among those that were submitted.</summary>
    public Guid IdBefore()
    {
        if (Source == ActivitySource.Submitted)
        {
            return Key;
        }
        // Ids know milliseconds; nothing that was submitted comes after another source at the same moment.
        var ticks = At.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks;
        var milliseconds =
            (ticks + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond;
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        BinaryPrimitives.WriteInt64BigEndian(bytes, milliseconds << 16);
        return new(bytes, bigEndian: true);
    }

    /// <summary>Activities in their order.</summary>
    public static IEnumerable<DashboardActivity> Order(IEnumerable<DashboardActivity> activities) =>
        activities
            .OrderByDescending(a => a.Place.At)
            .ThenBy(a => a.Place.Source)
            .ThenByDescending(a => a.Place.Key);

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{At.UtcTicks:x}-{(int)Source}-{Key:n}");

    public static bool TryParse(string text, out ActivityPlace place)
    {
        place = default;
        var parts = text.Split('-');
        if (
            parts.Length != Numbers
            || !long.TryParse(
                parts[0],
                NumberStyles.AllowHexSpecifier,
                CultureInfo.InvariantCulture,
                out var ticks
            )
            || ticks < 0
            || ticks > First.At.UtcTicks
            || !int.TryParse(
                parts[1],
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out var source
            )
            || !Enum.IsDefined((ActivitySource)source)
            || !Guid.TryParseExact(parts[2], "N", out var key)
        )
        {
            return false;
        }
        place = new(new(ticks, TimeSpan.Zero), (ActivitySource)source, key);
        return true;
    }
}

/// <summary>Where activities are read.</summary>
internal enum ActivitySource
{
    Submitted,
    Started,
    Ended,
    Runs,
    Acts,
}
