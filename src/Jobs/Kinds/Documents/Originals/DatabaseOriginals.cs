using System.Buffers;
using System.Security.Cryptography;
using Jobs.Database;
using Npgsql;

namespace Jobs.Kinds.Documents;

/// <summary>
/// Originals in PostgreSQL, in parts of 256 KB. A write takes a connection only for the moment in which it sends a few
/// parts, so that a slow upload holds neither a connection nor a transaction. Parts go with their blob.
/// </summary>
internal sealed class DatabaseOriginals(JobsDataSource database) : IOriginalPlace
{
    public const int PartLength = 256 * 1024;
    private const int PartsPerRoundTrip = 4;

    public OriginalPlace Place => OriginalPlace.Database;

    public async Task<StoredOriginal> WriteAsync(
        Guid id,
        int tenantId,
        Stream source,
        long maxBytes,
        CancellationToken cancellationToken
    )
    {
        var buffer = ArrayPool<byte>.Shared.Rent(PartLength * PartsPerRoundTrip);
        try
        {
            return await WriteAsync(id, tenantId, source, maxBytes, buffer, cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public Task<Stream?> OpenReadAsync(Guid id, long length, CancellationToken cancellationToken) =>
        Task.FromResult<Stream?>(new PartStream(part => Select(id, part), length));

    public Task PurgeAsync(Guid id, CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task<StoredOriginal> WriteAsync(
        Guid id,
        int tenantId,
        Stream source,
        long maxBytes,
        byte[] buffer,
        CancellationToken ct
    )
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var parts = 0;
        var length = 0L;
        while (true)
        {
            var capacity = PartLength * PartsPerRoundTrip;
            var read = await source.ReadAtLeastAsync(
                buffer.AsMemory(0, capacity),
                capacity,
                throwOnEndOfStream: false,
                ct
            );
            length += read;
            if (length > maxBytes)
            {
                throw new OriginalTooLargeException(maxBytes);
            }
            hash.AppendData(buffer, 0, read);
            var sha256 = read < capacity ? hash.GetHashAndReset() : null;
            await using var batch = database.Requests.CreateBatch();
            if (parts == 0)
            {
                batch.BatchCommands.Add(Command(OriginalSql.Begin, id, tenantId, "database"));
            }
            for (var from = 0; from < read; from += PartLength)
            {
                var bytes = buffer.AsMemory(from, Math.Min(PartLength, read - from));
                batch.BatchCommands.Add(Command(OriginalSql.Append, id, parts++, bytes));
            }
            if (sha256 is not null)
            {
                batch.BatchCommands.Add(Command(OriginalSql.Finish, id, length, sha256));
                await batch.ExecuteNonQueryAsync(ct);
                return new StoredOriginal(id, length, sha256);
            }
            await batch.ExecuteNonQueryAsync(ct);
        }
    }

    private NpgsqlCommand Select(Guid id, int part)
    {
        var select = database.Requests.CreateCommand(OriginalSql.Read);
        select.Parameters.Add(new() { Value = id });
        select.Parameters.Add(new() { Value = part });
        return select;
    }

    private static NpgsqlBatchCommand Command(string sql, params ReadOnlySpan<object> values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }
        return command;
    }
}
