using Jobs.Resilience;
using Microsoft.Extensions.Options;

namespace Jobs.Kinds.Documents.Parsing;

/// <summary>
/// The breaker before tesseract, which runs in the parsers: they say whether it works, apart from what a document does
/// to it. While it does not, documents are read without it; of those that come after the break one shows whether it works
/// again. Thread-safe.
/// </summary>
internal sealed class OcrBreaker(
    Breakers breakers,
    IOptions<BreakerOptions> options,
    TimeProvider time
)
{
    public const string Service = "ocr";

    // In ticks, of the clock that the breaker goes by.
    private long suspendedUntil;

    /// <summary>Whether documents are to be read without it at present.</summary>
    public bool IsSuspended =>
        breakers.Find(Service) is { State: not BreakerState.Closed }
        && time.GetUtcNow().UtcTicks < Volatile.Read(ref suspendedUntil);

    /// <summary>Takes in whether it worked for a document.</summary>
    public async Task TellAsync(bool works)
    {
        var breaker = breakers.Get(Service);
        try
        {
            await breaker.RunAsync(
                _ => new ValueTask<bool>(works),
                static works => !works,
                CancellationToken.None
            );
        }
        catch (BreakerOpenException)
        {
            // Another document was the one that tried.
        }
        if (!works && breaker.State == BreakerState.Open)
        {
            Volatile.Write(
                ref suspendedUntil,
                (time.GetUtcNow() + options.Value.BreakDuration).UtcTicks
            );
        }
    }
}
