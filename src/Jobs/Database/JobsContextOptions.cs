using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Jobs.Database;

/// <summary>How a <see cref="JobsContext"/> reaches the database.</summary>
public static class JobsContextOptions
{
    /// <summary>Failures surface as they are, not wrapped into advice to retry.</summary>
    public static DbContextOptionsBuilder UseJobs(
        this DbContextOptionsBuilder options,
        NpgsqlDataSource database
    ) =>
        options.UseNpgsql(
            database,
            npgsql =>
                npgsql.ExecutionStrategy(dependencies => new NonRetryingExecutionStrategy(
                    dependencies
                ))
        );
}
