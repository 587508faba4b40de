namespace Jobs.Testing.Chaos;

/// <summary>Something that must hold whatever happens did not.</summary>
public sealed class LawBrokenException(string message) : Exception(message);
