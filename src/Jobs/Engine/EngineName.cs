namespace Jobs.Engine;

/// <summary>Which engine this process is built with and works by.</summary>
internal sealed record EngineName(string Name);
