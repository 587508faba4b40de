using Npgsql;

namespace Jobs.Testing;

/// <summary>What tests ask a database directly.</summary>
public static class TestDatabaseQueries
{
    /// <summary>The first column of the first row; null when there is none.</summary>
    public static async Task<T?> ScalarAsync<T>(
        this TestDatabase database,
        string sql,
        CancellationToken cancellationToken,
        params object[] values
    )
    {
        await using var command = database.DataSource.Requests.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }
        return await command.ExecuteScalarAsync(cancellationToken) is T found ? found : default;
    }

    /// <summary>Rows of every table that a submission may write.</summary>
    public static async Task<string> RowsAsync(
        this TestDatabase database,
        CancellationToken cancellationToken
    ) =>
        (
            await database.ScalarAsync<string>(
                """
                select format('batches %s, pages %s, chunks %s, outcomes %s, documents %s, blobs %s, parts %s',
                    (select count(*) from jobs.batches), (select count(*) from jobs.item_pages),
                    (select count(*) from jobs.chunks), (select count(*) from jobs.outcome_pages),
                    (select count(*) from jobs.documents), (select count(*) from jobs.blobs),
                    (select count(*) from jobs.blob_parts))
                """,
                cancellationToken
            )
        )!;
}
