namespace Jobs.Batches;

/// <summary>This process has as much in hand as it can; nothing was stored, and another try in a while may succeed.</summary>
public sealed class TooBusyException(string message) : Exception(message);
