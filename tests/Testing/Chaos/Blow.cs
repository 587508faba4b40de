namespace Jobs.Testing.Chaos;

/// <summary>Something that is done to the system while it works.</summary>
public sealed record Blow(string Name, Func<CancellationToken, Task> StrikeAsync);
