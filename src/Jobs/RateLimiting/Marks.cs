using System.Runtime.CompilerServices;

namespace Jobs.RateLimiting;

/// <summary>The state of a counter: a time for each slot, from which that window is as if nobody had ever called.</summary>
[InlineArray(RateWindow.Slots)]
internal struct Marks
{
    private long first;
}
