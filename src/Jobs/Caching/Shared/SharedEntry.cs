namespace Jobs.Caching.Shared;

/// <summary>What was found in the database under a key. Times are as of <see cref="SharedAnswer.Token"/>.</summary>
internal sealed record SharedEntry(
    byte[] Value,
    bool IsJson,
    string[] Tags,
    long FilledAt,
    TimeSpan Age,
    TimeSpan Fresh,
    TimeSpan Stale,
    TimeSpan Life
);

/// <summary>What the database answered.</summary>
/// <param name="Token">Its time, in microseconds: what is read from a source from now on is younger.</param>
/// <param name="Entry">Null where there is none.</param>
internal sealed record SharedAnswer(long Token, SharedEntry? Entry);

/// <summary>A value that is to be written.</summary>
/// <param name="Token">Before its source was read; null where it was set, which the others are told of.</param>
/// <param name="Deadline">By the clock of the database: later it is not written any more. Null for any time.</param>
internal sealed record SharedWrite(
    CacheKey Key,
    byte[] Value,
    bool IsJson,
    string[] Tags,
    long? Token,
    TimeSpan Fresh,
    TimeSpan Stale,
    TimeSpan Life,
    long? Deadline = null
);
