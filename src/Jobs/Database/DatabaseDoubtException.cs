namespace Jobs.Database;

/// <summary>The database keeps others waiting, and whoever can go on without does so.</summary>
internal sealed class DatabaseDoubtException(Exception inner)
    : Exception("The database keeps others waiting.", inner);
