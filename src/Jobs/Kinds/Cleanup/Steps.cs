using Npgsql;

namespace Jobs.Kinds.Cleanup;

/// <summary>Repeats a bounded statement, each time in a transaction of its own, until it finds nothing more.</summary>
internal static class Steps
{
    /// <summary>Runs the statement to its end; the sum of what its steps touched.</summary>
    /// <param name="database">Where the statement runs.</param>
    /// <param name="sql">Its last parameter is the most rows that it may touch; it returns how many it did.</param>
    /// <param name="parameters">Its other parameters.</param>
    /// <param name="rows">Most rows of one step.</param>
    /// <param name="cancellationToken">Ends the run between two steps or within one.</param>
    public static async Task<long> RunAsync(
        NpgsqlDataSource database,
        string sql,
        IReadOnlyList<object> parameters,
        int rows,
        CancellationToken cancellationToken
    )
    {
        var total = 0L;
        long step;
        do
        {
            await using var command = database.CreateCommand(sql);
            foreach (var value in parameters)
            {
                command.Parameters.Add(new() { Value = value });
            }
            command.Parameters.Add(new() { Value = rows });
            step = await command.ExecuteNonQueryAsync(cancellationToken);
            total += step;
        } while (step >= rows);
        return total;
    }
}
