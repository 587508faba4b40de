using System.Runtime.InteropServices;

namespace Jobs.Caching;

/// <summary>A value, and where it came from.</summary>
/// <param name="Age">Since it was computed.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct CacheAnswer<T>(T Value, CacheStatus Status, TimeSpan Age);
