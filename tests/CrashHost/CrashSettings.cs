namespace Jobs.CrashHost;

/// <summary>What a worker is told of items that ask it.</summary>
/// <param name="Hold">Whether items that hold never end.</param>
public sealed record CrashSettings(bool Hold = false);
