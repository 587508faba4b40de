using System.Globalization;

namespace Jobs.Batches;

/// <summary>
/// What somebody who follows a tenant's batches has seen: a snapshot of the database, and when it was taken. As text it
/// is good on every node.
/// </summary>
public readonly record struct FeedPosition(DateTimeOffset At, string Snapshot)
{
    // A number for each transaction that was under way.
    private const int MostCharacters = 4_000;

    /// <summary>The position of a text that <see cref="ToString"/> made; null for any other.</summary>
    public static FeedPosition? Parse(string? text)
    {
        if (text is null || text.Length > MostCharacters)
        {
            return null;
        }
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        return
            dash > 0
            && Number(text[..dash]) is { } microseconds
            && microseconds < long.MaxValue / 20
            && IsSnapshot(text[(dash + 1)..])
            ? new FeedPosition(
                DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond),
                text[(dash + 1)..]
            )
            : null;
    }

    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{(At - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond}-{Snapshot}"
        );

    // xmin:xmax:xip,xip as pg_snapshot has it; anything else the database would refuse.
    private static bool IsSnapshot(string text)
    {
        var parts = text.Split(':');
        if (
            parts.Length != 3
            || Number(parts[0]) is not { } least
            || Number(parts[1]) is not { } most
            || least < 1
            || least > most
        )
        {
            return false;
        }
        var before = least - 1;
        foreach (var running in parts[2].Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (Number(running) is not { } id || id <= before || id >= most)
            {
                return false;
            }
            before = id;
        }
        return !parts[2].StartsWith(',') && !parts[2].EndsWith(',');
    }

    private static long? Number(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}
