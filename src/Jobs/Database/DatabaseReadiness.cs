namespace Jobs.Database;

/// <summary>
/// Whether the database is at the schema of this build. Hosted services await it before they start work;
/// what is asked for the database before then answers 503.
/// </summary>
/// <remarks>Thread-safe. Says nothing on whether the database can be reached at this moment.</remarks>
public sealed class DatabaseReadiness
{
    private readonly TaskCompletionSource _migrated = new(
        TaskCreationOptions.RunContinuationsAsynchronously
    );

    /// <summary>Completes once the schema is in place; never fails.</summary>
    public Task Migrated => _migrated.Task;

    public bool IsReady => _migrated.Task.IsCompletedSuccessfully;

    internal void SetMigrated() => _migrated.TrySetResult();
}
