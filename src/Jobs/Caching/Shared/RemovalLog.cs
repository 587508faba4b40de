using Npgsql;

namespace Jobs.Caching.Shared;

/// <summary>
/// Reads the log of removals from where it was read last. Numbers are given before they are committed, so that one may
/// come after a higher one: the gaps are asked for again until nobody can still fill them. Used by one at a time.
/// </summary>
internal sealed class RemovalLog(SharedDatabase database, DatabaseTime clock, TimeProvider time)
{
    /// <summary>Kept at least so long; who has not read for half of that does not rely on it.</summary>
    public static readonly TimeSpan Retention = TimeSpan.FromMinutes(10);

    /// <summary>Rows of one read.</summary>
    public const int MostRows = 1_000;

    private const int MostGaps = 1_000;

    // Statements that may be under way at once.
    private const int Before = 100;

    // Longer than a statement of the cache may take.
    private static readonly TimeSpan GapTime = TimeSpan.FromSeconds(5);

    private readonly Dictionary<long, long> gaps = [];
    private long position;

    /// <summary>
    /// Begins a little before the last number: what the next read finds there has been committed, and what it does not
    /// find is looked for.
    /// </summary>
    public void Begin(long last)
    {
        position = Math.Max(0, last - Before);
        gaps.Clear();
    }

    /// <summary>Whether so much is missing that it is not worth looking for.</summary>
    public bool IsLost => gaps.Count > MostGaps;

    /// <summary>The next rows.</summary>
    public async Task<RemovalPage> ReadAsync(CancellationToken cancellationToken)
    {
        foreach (var (id, since) in gaps.ToList())
        {
            if (time.GetElapsedTime(since) > GapTime)
            {
                gaps.Remove(id);
            }
        }
        while (true)
        {
            var read = new List<Removal>();
            await using (var command = database.Pool.CreateCommand(SharedStatements.Removals))
            {
                SharedDatabase.Add(command, position);
                SharedDatabase.Add(command, gaps.Keys.ToArray());
                SharedDatabase.Add(command, MostRows);
                await using var row = await command.ExecuteReaderAsync(cancellationToken);
                if (await row.ReadAsync(cancellationToken))
                {
                    var (epoch, last) = (row.GetGuid(0), row.GetInt64(1));
                    clock.Heard(SharedDatabase.Micros(row.GetDateTime(5)));
                    do
                    {
                        if (!row.IsDBNull(2))
                        {
                            read.Add(Read(row));
                        }
                    } while (await row.ReadAsync(cancellationToken));
                    return new RemovalPage(epoch, last, read);
                }
            }
            await using var make = database.Pool.CreateCommand(SharedStatements.MakeEpoch);
            SharedDatabase.Add(make, Guid.CreateVersion7(time.GetUtcNow()));
            await make.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private Removal Read(NpgsqlDataReader row)
    {
        var id = row.GetInt64(2);
        gaps.Remove(id);
        if (id > position)
        {
            for (var missing = position + 1; missing < id && gaps.Count <= MostGaps; missing++)
            {
                gaps[missing] = time.GetTimestamp();
            }
            position = id;
        }
        return new Removal(
            SharedDatabase.Micros(row.GetDateTime(3)),
            Array.ConvertAll(row.GetFieldValue<string[]>(4), RemovalItem.Parse)
        );
    }
}

/// <summary>What one statement removed.</summary>
/// <param name="At">By the clock of the database, in microseconds.</param>
internal sealed record Removal(long At, IReadOnlyList<RemovalItem> Items);

/// <summary>What was read of the log at once.</summary>
/// <param name="Epoch">Of the tables: another than before, and they were emptied meanwhile.</param>
/// <param name="Last">The highest number in the log.</param>
internal sealed record RemovalPage(Guid Epoch, long Last, IReadOnlyList<Removal> Removals);
