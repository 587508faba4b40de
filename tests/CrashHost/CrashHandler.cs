using System.Diagnostics;
using Jobs.Kinds;

namespace Jobs.CrashHost;

/// <summary>Does what its items say.</summary>
public sealed class CrashHandler(TimeProvider time, CrashSettings settings) : IItemHandler
{
    public async ValueTask<ItemOutcome> HandleAsync(Item item, CancellationToken cancellationToken)
    {
        var work = item.Read(CrashJson.Default.CrashItem);
        if (work.Milliseconds > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(work.Milliseconds), time, cancellationToken);
        }
        switch (work.Fate)
        {
            case CrashFate.Fail:
                return ItemOutcome.Failure(CrashItem.ErrorCode, "It was told to fail.");
            case CrashFate.Retry when item.Attempt == 1:
                return ItemOutcome.Failure(new ItemError("busy", "Come back later.", true));
            case CrashFate.Hold when settings.Hold:
                await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken);
                break;
            case CrashFate.Die:
                using (var self = Process.GetCurrentProcess())
                {
                    // SIGKILL: nothing of this process runs after it.
                    self.Kill();
                }
                await Task.Delay(Timeout.InfiniteTimeSpan, time, CancellationToken.None);
                break;
        }
        return ItemOutcome.Success(
            new CrashResult(work.Number, CrashItem.Mark),
            CrashJson.Default.CrashResult
        );
    }
}
