using Jobs.CrashHost;

namespace Jobs.Testing.Chaos;

/// <summary>A batch that was submitted, and what must come of its items.</summary>
public sealed record ChaosBatch(Guid Id, IReadOnlyList<CrashItem> Items)
{
    /// <summary>Items of which one in twenty fails and one in ten needs a second attempt.</summary>
    public static CrashItem[] Draw(Random random, int count, int milliseconds) =>
        [
            .. Enumerable
                .Range(0, count)
                .Select(n => new CrashItem(
                    n,
                    random.Next(20) switch
                    {
                        0 => CrashFate.Fail,
                        1 or 2 => CrashFate.Retry,
                        _ => CrashFate.Succeed,
                    },
                    milliseconds
                )),
        ];
}
