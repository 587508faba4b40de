using System.Buffers;
using System.Security.Cryptography;
using Amazon.S3.Model;
using Jobs.Database;
using Jobs.Resilience;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Jobs.Kinds.Documents;

/// <summary>
/// Originals as objects in a store that speaks S3. The row of a blob comes before its object and goes before it, so
/// that no object is without something that remembers it.
/// </summary>
internal sealed class S3Originals : IOriginalPlace, IDisposable
{
    /// <summary>What the breaker before the store is called.</summary>
    public const string Service = "originals";

    // The shortest that a part of an object may be, but for the last one.
    internal const int PartLength = 5 * 1024 * 1024;
    private readonly S3Options options;
    private readonly JobsDataSource database;
    private readonly S3Calls store;
    private readonly ILogger<S3Originals> log;

    public S3Originals(
        IOptions<S3Options> options,
        JobsDataSource database,
        Breakers breakers,
        ILogger<S3Originals> log
    )
    {
        this.log = log;
        this.options = options.Value;
        this.database = database;
        store = new S3Calls(this.options, breakers);
    }

    public OriginalPlace Place => OriginalPlace.S3;

    public async Task<StoredOriginal> WriteAsync(
        Guid id,
        int tenantId,
        Stream source,
        long maxBytes,
        CancellationToken cancellationToken
    )
    {
        await ExecuteAsync(OriginalSql.Begin, cancellationToken, id, tenantId, "s3");
        var buffer = ArrayPool<byte>.Shared.Rent(PartLength);
        try
        {
            var (length, sha256) = await UploadAsync(
                id,
                source,
                maxBytes,
                buffer,
                cancellationToken
            );
            await ExecuteAsync(OriginalSql.Finish, cancellationToken, id, length, sha256);
            return new StoredOriginal(id, length, sha256);
        }
        catch (Exception e) when (S3Calls.IsAway(e))
        {
            throw Away(e);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public async Task<Stream?> OpenReadAsync(
        Guid id,
        long length,
        CancellationToken cancellationToken
    )
    {
        try
        {
            var answer = await store.AskAsync(
                (client, ct) => client.GetObjectAsync(options.Bucket, Key(id), ct),
                cancellationToken
            );
            return answer is null ? null : new ObjectStream(answer, length);
        }
        catch (Exception e) when (S3Calls.IsAway(e))
        {
            throw Away(e);
        }
    }

    public async Task PurgeAsync(Guid id, CancellationToken cancellationToken)
    {
        try
        {
            // Some stores say that there is none; it is what was wanted.
            await store.AskAsync(
                (client, ct) => client.DeleteObjectAsync(options.Bucket, Key(id), ct),
                cancellationToken
            );
        }
        catch (Exception e) when (S3Calls.IsAway(e))
        {
            throw Away(e);
        }
    }

    public void Dispose() => store.Dispose();

    private async Task<(long Length, byte[] Sha256)> UploadAsync(
        Guid id,
        Stream source,
        long maxBytes,
        byte[] buffer,
        CancellationToken ct
    )
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var read = await ReadPartAsync(source, buffer, 0, maxBytes, hash, ct);
        if (read < PartLength)
        {
            var whole = new PutObjectRequest
            {
                BucketName = options.Bucket,
                Key = Key(id),
                InputStream = new MemoryStream(buffer, 0, read, writable: false),
                ContentType = "application/octet-stream",
                // Signed as a whole: not every store knows the form in which chunks are signed one by one.
                UseChunkEncoding = false,
            };
            await store.MustAsync((client, token) => client.PutObjectAsync(whole, token), ct);
            return (read, hash.GetHashAndReset());
        }
        var length = await UploadPartsAsync(id, source, maxBytes, buffer, hash, ct);
        return (length, hash.GetHashAndReset());
    }

    private async Task<long> UploadPartsAsync(
        Guid id,
        Stream source,
        long maxBytes,
        byte[] buffer,
        IncrementalHash hash,
        CancellationToken ct
    )
    {
        var upload = await store.MustAsync(
            (client, token) => client.InitiateMultipartUploadAsync(options.Bucket, Key(id), token),
            ct
        );
        try
        {
            var parts = new List<PartETag>();
            var length = 0L;
            var read = PartLength;
            while (read > 0)
            {
                length += read;
                var next = new UploadPartRequest
                {
                    BucketName = options.Bucket,
                    Key = Key(id),
                    UploadId = upload.UploadId,
                    PartNumber = parts.Count + 1,
                    PartSize = read,
                    UseChunkEncoding = false,
                    InputStream = new MemoryStream(buffer, 0, read, writable: false),
                };
                var part = await store.MustAsync(
                    (client, token) => client.UploadPartAsync(next, token),
                    ct
                );
                parts.Add(new PartETag(parts.Count + 1, part.ETag));
                read =
                    read < PartLength
                        ? 0
                        : await ReadPartAsync(source, buffer, length, maxBytes, hash, ct);
            }
            var all = new CompleteMultipartUploadRequest
            {
                BucketName = options.Bucket,
                Key = Key(id),
                UploadId = upload.UploadId,
                PartETags = parts,
            };
            await store.MustAsync(
                (client, token) => client.CompleteMultipartUploadAsync(all, token),
                ct
            );
            return length;
        }
        catch
        {
            await TryAbortAsync(id, upload.UploadId);
            throw;
        }
    }

    // Parts of an upload that is not completed are kept, and paid for, until somebody aborts it.
    private async Task TryAbortAsync(Guid id, string uploadId)
    {
        try
        {
            await store.AbortAsync(Key(id), uploadId);
        }
        catch (Exception e) when (S3Calls.IsAway(e))
        {
            DocumentLog.UploadLeft(log, e, id);
        }
    }

    private static async Task<int> ReadPartAsync(
        Stream source,
        byte[] buffer,
        long before,
        long maxBytes,
        IncrementalHash hash,
        CancellationToken ct
    )
    {
        var read = await source.ReadAtLeastAsync(
            buffer.AsMemory(0, PartLength),
            PartLength,
            throwOnEndOfStream: false,
            ct
        );
        if (before + read > maxBytes)
        {
            throw new OriginalTooLargeException(maxBytes);
        }
        hash.AppendData(buffer, 0, read);
        return read;
    }

    private async Task ExecuteAsync(string sql, CancellationToken ct, params object[] values)
    {
        await using var command = database.Requests.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }
        await command.ExecuteNonQueryAsync(ct);
    }

    private string Key(Guid id) => $"{options.Prefix}{id:N}";

    private static OriginalsAwayException Away(Exception e) =>
        new($"The object store does not answer: {e.Message}", e);
}
