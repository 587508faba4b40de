using System.Diagnostics;
using System.Text;
using Npgsql;
using NpgsqlTypes;

namespace Jobs.Bench.Engine;

/// <summary>
/// What PostgreSQL can do at all with packed pages: 500 items a row in by COPY, chunks leased and settled by
/// hand-written statements in tables of its own, two workers, durable commits; nothing of the product.
/// </summary>
internal static class RawLimit
{
    private const int PageItems = 500;
    private const int Workers = 2;
    private const int ChunksAtOnce = 8;

    private const string Schema = """
        create schema raw;
        create table raw.pages (
            batch uuid, page int, items text compression lz4, primary key (batch, page));
        create table raw.outcomes (
            batch uuid, page int, succeeded smallint, outcomes text compression lz4, primary key (batch, page));
        create table raw.chunks (
            id bigint generated always as identity primary key, batch uuid, page int, rank bigint, lease timestamptz)
            with (fillfactor = 70, autovacuum_vacuum_cost_delay = 0);
        create index on raw.chunks (rank) where lease is null;
        create table raw.batches (id uuid primary key, total int, succeeded int default 0) with (fillfactor = 70);
        """;

    private const string Lease = """
        with head as materialized (
            select id from raw.chunks where lease is null order by rank limit $1 for update skip locked
        ),
        leased as (
            update raw.chunks c set lease = now() + interval '30 seconds' from head h where c.id = h.id
            returning c.id, c.batch, c.page
        )
        select l.id, l.batch, l.page, p.items from leased l join raw.pages p on p.batch = l.batch and p.page = l.page
        """;

    private const string Settle = """
        with input as materialized (
            select * from unnest($1::bigint[], $2::uuid[], $3::int[], $4::smallint[], $5::text[])
                i (id, batch, page, succeeded, outcomes)
        ),
        gone as (delete from raw.chunks c using input i where c.id = i.id returning c.id),
        outcome as (
            insert into raw.outcomes select i.batch, i.page, i.succeeded, i.outcomes from input i join gone using (id)
        )
        update raw.batches b set succeeded = b.succeeded + d.succeeded
        from (select i.batch, sum(i.succeeded)::int as succeeded from input i join gone using (id) group by i.batch) d
        where b.id = d.batch
        """;

    /// <summary>Payloads of 100 bytes, mostly random, so that their compression does not flatter either side.</summary>
    public static byte[][] Payloads()
    {
        var random = new Random(17);
        var text = new byte[48];
        return Enumerable
            .Range(0, 20_000)
            .Select(i =>
            {
                random.NextBytes(text);
                return Encoding.UTF8.GetBytes(
                    $$"""{"id":"{{i:D6}}","key":"{{Convert.ToBase64String(text)}}","retry":1}"""
                );
            })
            .ToArray();
    }

    public static async Task CreateAsync(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand(Schema);
        await command.ExecuteNonQueryAsync();
    }

    public static async Task<TimeSpan> RunAsync(
        NpgsqlDataSource database,
        int items,
        int batchItems,
        int submitters = 1
    )
    {
        var payloads = Payloads();
        var watch = Stopwatch.StartNew();
        var done = 0;
        var workers = Enumerable
            .Range(0, Workers)
            .Select(_ =>
                Task.Run(() => WorkAsync(database, n => Interlocked.Add(ref done, n) >= items))
            )
            .ToArray();
        var next = 0;
        async Task SubmitAllAsync()
        {
            for (int first; (first = Interlocked.Add(ref next, batchItems) - batchItems) < items; )
            {
                await SubmitAsync(database, Math.Min(items - first, batchItems), payloads);
            }
        }
        await Task.WhenAll(Enumerable.Range(0, submitters).Select(_ => Task.Run(SubmitAllAsync)));
        await Task.WhenAll(workers);
        return watch.Elapsed;
    }

    private static async Task SubmitAsync(NpgsqlDataSource database, int items, byte[][] payloads)
    {
        var batch = Guid.CreateVersion7();
        var pages = (items + PageItems - 1) / PageItems;
        await using var connection = await database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (
            var copy = await connection.BeginBinaryImportAsync(
                "copy raw.pages (batch, page, items) from stdin (format binary)"
            )
        )
        {
            var buffer = new MemoryStream();
            for (var page = 0; page < pages; page++)
            {
                buffer.SetLength(0);
                for (var i = page * PageItems; i < Math.Min(items, (page + 1) * PageItems); i++)
                {
                    buffer.Write(payloads[i % payloads.Length]);
                    buffer.WriteByte((byte)'\n');
                }
                await copy.StartRowAsync();
                await copy.WriteAsync(batch, NpgsqlDbType.Uuid);
                await copy.WriteAsync(page, NpgsqlDbType.Integer);
                await copy.WriteAsync(
                    new ReadOnlyMemory<byte>(buffer.GetBuffer(), 0, (int)buffer.Length),
                    NpgsqlDbType.Text
                );
            }
            await copy.CompleteAsync();
        }
        await using var rows = new NpgsqlBatch(connection, transaction)
        {
            BatchCommands =
            {
                new("insert into raw.batches (id, total) values ($1, $2)")
                {
                    Parameters =
                    {
                        new() { Value = batch },
                        new() { Value = items },
                    },
                },
                new(
                    "insert into raw.chunks (batch, page, rank) select $1, p, extract(epoch from now()) * 1000000 + p from generate_series(0, $2 - 1) p"
                )
                {
                    Parameters =
                    {
                        new() { Value = batch },
                        new() { Value = pages },
                    },
                },
            },
        };
        await rows.ExecuteNonQueryAsync();
        await transaction.CommitAsync();
    }

    private static async Task WorkAsync(NpgsqlDataSource database, Func<int, bool> add)
    {
        var result = "{\"ok\":true,\"echo\":12345}\n"u8.ToArray();
        await using var connection = await database.OpenConnectionAsync();
        while (true)
        {
            var (ids, batches, pages, counts, outcomes) = await LeaseAsync(connection, result);
            if (ids.Count == 0)
            {
                if (add(0))
                {
                    return;
                }
                // Between two batches there is nothing: the limit polls as fast as it can.
                await Task.Yield();
                continue;
            }
            await using var settle = new NpgsqlCommand(Settle, connection)
            {
                Parameters =
                {
                    new() { Value = ids },
                    new() { Value = batches },
                    new() { Value = pages },
                    new() { Value = counts },
                    new()
                    {
                        Value = outcomes,
                        NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
                    },
                },
            };
            await settle.ExecuteNonQueryAsync();
            if (add(counts.Sum(c => c)))
            {
                return;
            }
        }
    }

    private static async Task<(
        List<long>,
        List<Guid>,
        List<int>,
        List<short>,
        List<byte[]>
    )> LeaseAsync(NpgsqlConnection connection, byte[] result)
    {
        var leased = (
            new List<long>(),
            new List<Guid>(),
            new List<int>(),
            new List<short>(),
            new List<byte[]>()
        );
        await using var lease = new NpgsqlCommand(Lease, connection)
        {
            Parameters = { new() { Value = ChunksAtOnce } },
        };
        await using var row = await lease.ExecuteReaderAsync();
        while (await row.ReadAsync())
        {
            var items = row.GetFieldValue<byte[]>(3);
            var count = items.AsSpan().Count((byte)'\n');
            var outcomes = new byte[count * result.Length];
            for (var i = 0; i < count; i++)
            {
                result.CopyTo(outcomes, i * result.Length);
            }
            leased.Item1.Add(row.GetInt64(0));
            leased.Item2.Add(row.GetGuid(1));
            leased.Item3.Add(row.GetInt32(2));
            leased.Item4.Add((short)count);
            leased.Item5.Add(outcomes);
        }
        return leased;
    }
}
