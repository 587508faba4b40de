using Npgsql;

namespace Jobs.Database.Care;

/// <summary>Reads the results of a batch of statements.</summary>
internal static class ResultRows
{
    /// <summary>The rows of the next result.</summary>
    public static async Task<List<T>> NextListAsync<T>(
        this NpgsqlDataReader row,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken
    )
    {
        await row.NextResultAsync(cancellationToken);
        return await row.ListAsync(read, cancellationToken);
    }

    /// <summary>The rows of this one.</summary>
    public static async Task<List<T>> ListAsync<T>(
        this NpgsqlDataReader row,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken
    )
    {
        var list = new List<T>();
        while (await row.ReadAsync(cancellationToken))
        {
            list.Add(read(row));
        }
        return list;
    }

    public static T? NullableOf<T>(this NpgsqlDataReader row, int column)
        where T : struct => row.IsDBNull(column) ? null : row.GetFieldValue<T>(column);
}
