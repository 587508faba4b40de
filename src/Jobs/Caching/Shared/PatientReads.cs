using Jobs.Database;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Jobs.Caching.Shared;

/// <summary>Waits for statements that read the cache, for as long as a request does, and judges the database by them. Thread-safe.</summary>
internal sealed class PatientReads(
    SharedHealth health,
    DatabaseDoubt doubt,
    IOptions<CacheOptions> options,
    TimeProvider time
)
{
    /// <summary>Whether the database keeps nobody waiting.</summary>
    public bool AreWelcome => !doubt.IsRaised;

    /// <summary>What a statement answers; null where nobody waits for that. Whoever goes away does not take it along: others may share it.</summary>
    public async ValueTask<TAnswer?> AnswerOfAsync<T, TAnswer>(
        Task<T> statement,
        Func<T, TAnswer> answer,
        CancellationToken cancellationToken
    )
    {
        var isOver = false;
        try
        {
            return answer(
                await doubt.WaitAsync(statement, options.Value.Patience, time, cancellationToken)
            );
        }
        catch (DatabaseDoubtException)
        {
            return default;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            isOver = true;
            health.Failed(e);
            return default;
        }
        finally
        {
            if (!statement.IsCompleted)
            {
                _ = EndAsync(statement, isOver);
            }
        }
    }

    // One that was too slow and fails then has shown that the database is away.
    private async Task EndAsync(Task statement, bool isSlow)
    {
        await statement.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (isSlow && statement.Exception?.InnerException is NpgsqlException e)
        {
            health.Open(e);
        }
    }
}
