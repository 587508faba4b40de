namespace Jobs.Batches;

/// <summary>A submission breaks rules; nothing of it is stored.</summary>
public sealed class BatchRefusedException : Exception
{
    public BatchRefusedException(
        IReadOnlyList<BatchError> errors,
        int errorCount,
        bool malformed = false
    )
        : base(errors[0].Message)
    {
        Errors = errors;
        ErrorCount = errorCount;
        Malformed = malformed;
    }

    public BatchRefusedException(string field, string message, bool malformed = false)
        : this([new BatchError(field, message)], 1, malformed) { }

    /// <summary>The first 100.</summary>
    public IReadOnlyList<BatchError> Errors { get; }

    /// <summary>All of them.</summary>
    public int ErrorCount { get; }

    /// <summary>Whether it could not even be read (400 rather than 422).</summary>
    public bool Malformed { get; }
}

/// <summary>A rule that a field breaks; <paramref name="Field"/> is its path, such as <c>items[7].q</c>.</summary>
public readonly record struct BatchError(string Field, string Message);
