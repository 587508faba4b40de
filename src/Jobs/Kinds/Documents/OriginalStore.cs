using System.Buffers;
using System.Security.Cryptography;
using Jobs.Database;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Jobs.Kinds.Documents;

/// <summary>
/// The originals of documents, in PostgreSQL, in parts of 256 KB. Thread-safe. A write takes a connection only for
/// the moment in which it sends a few parts, so that a slow upload holds neither a connection nor a transaction;
/// what an upload that died leaves behind has no document and is swept by cleanup after
/// <see cref="SweptAfter"/>.
/// </summary>
public sealed class OriginalStore(
    JobsDataSource database,
    TimeProvider time,
    ILogger<OriginalStore> log
)
{
    /// <summary>How long an original may be without a document.</summary>
    public static readonly TimeSpan SweptAfter = TimeSpan.FromHours(24);

    internal const int PartLength = 256 * 1024;
    private const int PartsPerRoundTrip = 4;

    /// <summary>Stores a stream to its end.</summary>
    /// <exception cref="OriginalTooLargeException">It is longer than <paramref name="maxBytes"/>.</exception>
    public async Task<StoredOriginal> WriteAsync(
        int tenantId,
        Stream source,
        long maxBytes,
        CancellationToken cancellationToken
    )
    {
        var id = Guid.CreateVersion7(time.GetUtcNow());
        var buffer = ArrayPool<byte>.Shared.Rent(PartLength * PartsPerRoundTrip);
        try
        {
            return await WriteAsync(id, tenantId, source, maxBytes, buffer, cancellationToken);
        }
        catch
        {
            await TryDeleteAsync(tenantId, id);
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The bytes of an original; null when the tenant has none of this id.</summary>
    public async Task<Stream?> OpenReadAsync(
        int tenantId,
        Guid id,
        CancellationToken cancellationToken
    )
    {
        await using var find = database.Requests.CreateCommand(OriginalSql.Find);
        find.Parameters.Add(new() { Value = id });
        find.Parameters.Add(new() { Value = tenantId });
        var length = (long?)await find.ExecuteScalarAsync(cancellationToken);
        return length is null
            ? null
            : new PartStream((part, ct) => ReadAsync(id, part, ct), length);
    }

    /// <summary>Deletes an original that no document owns; false when there is none.</summary>
    public async Task<bool> DeleteAsync(int tenantId, Guid id, CancellationToken cancellationToken)
    {
        await using var delete = database.Requests.CreateCommand(OriginalSql.Delete);
        delete.Parameters.Add(new() { Value = id });
        delete.Parameters.Add(new() { Value = tenantId });
        return await delete.ExecuteNonQueryAsync(cancellationToken) > 0;
    }

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
        int read;
        do
        {
            var capacity = PartLength * PartsPerRoundTrip;
            read = await source.ReadAtLeastAsync(
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
            var last = read < capacity;
            var sha256 = last ? hash.GetHashAndReset() : null;
            await using var batch = database.Requests.CreateBatch();
            if (parts == 0)
            {
                batch.BatchCommands.Add(Command(OriginalSql.Begin, id, tenantId));
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
        } while (true);
    }

    private async Task<byte[]?> ReadAsync(Guid id, int part, CancellationToken ct)
    {
        await using var read = database.Requests.CreateCommand(OriginalSql.Read);
        read.Parameters.Add(new() { Value = id });
        read.Parameters.Add(new() { Value = part });
        return (byte[]?)await read.ExecuteScalarAsync(ct);
    }

    private async Task TryDeleteAsync(int tenantId, Guid id)
    {
        try
        {
            // The caller has gone, or its stream is broken: its token says nothing about this.
            await DeleteAsync(tenantId, id, CancellationToken.None);
        }
        catch (NpgsqlException e)
        {
            DocumentLog.OriginalLeft(log, e, id);
        }
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
