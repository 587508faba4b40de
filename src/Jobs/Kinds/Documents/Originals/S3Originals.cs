using System.Buffers;
using System.Net;
using System.Security.Cryptography;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Jobs.Database;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Jobs.Kinds.Documents;

/// <summary>
/// Originals as objects in a store that speaks S3. The row of a blob comes before its object and goes before it, so
/// that no object is without something that remembers it.
/// </summary>
internal sealed class S3Originals : IOriginalPlace, IDisposable
{
    // The shortest that a part of an object may be, but for the last one.
    internal const int PartLength = 5 * 1024 * 1024;
    private readonly S3Options options;
    private readonly JobsDataSource database;
    private readonly AmazonS3Client client;
    private readonly ILogger<S3Originals> log;

    public S3Originals(
        IOptions<S3Options> options,
        JobsDataSource database,
        ILogger<S3Originals> log
    )
    {
        this.log = log;
        this.options = options.Value;
        this.database = database;
        client = Connect(this.options);
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
        catch (Exception e) when (IsAway(e))
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
            var answer = await client.GetObjectAsync(options.Bucket, Key(id), cancellationToken);
            return new ObjectStream(answer, length);
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
        catch (Exception e) when (IsAway(e))
        {
            throw Away(e);
        }
    }

    public async Task PurgeAsync(Guid id, CancellationToken cancellationToken)
    {
        try
        {
            await client.DeleteObjectAsync(options.Bucket, Key(id), cancellationToken);
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            // Some stores say so; it is what was wanted.
        }
        catch (Exception e) when (IsAway(e))
        {
            throw Away(e);
        }
    }

    public void Dispose() => client.Dispose();

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
            await client.PutObjectAsync(
                new PutObjectRequest
                {
                    BucketName = options.Bucket,
                    Key = Key(id),
                    InputStream = new MemoryStream(buffer, 0, read, writable: false),
                    ContentType = "application/octet-stream",
                    // Signed as a whole: not every store knows the form in which chunks are signed one by one.
                    UseChunkEncoding = false,
                },
                ct
            );
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
        var upload = await client.InitiateMultipartUploadAsync(options.Bucket, Key(id), ct);
        try
        {
            var parts = new List<PartETag>();
            var length = 0L;
            var read = PartLength;
            while (read > 0)
            {
                length += read;
                var part = await client.UploadPartAsync(
                    new UploadPartRequest
                    {
                        BucketName = options.Bucket,
                        Key = Key(id),
                        UploadId = upload.UploadId,
                        PartNumber = parts.Count + 1,
                        PartSize = read,
                        UseChunkEncoding = false,
                        InputStream = new MemoryStream(buffer, 0, read, writable: false),
                    },
                    ct
                );
                parts.Add(new PartETag(parts.Count + 1, part.ETag));
                read =
                    read < PartLength
                        ? 0
                        : await ReadPartAsync(source, buffer, length, maxBytes, hash, ct);
            }
            await client.CompleteMultipartUploadAsync(
                new CompleteMultipartUploadRequest
                {
                    BucketName = options.Bucket,
                    Key = Key(id),
                    UploadId = upload.UploadId,
                    PartETags = parts,
                },
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
            await client.AbortMultipartUploadAsync(
                options.Bucket,
                Key(id),
                uploadId,
                CancellationToken.None
            );
        }
        catch (Exception e) when (IsAway(e))
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

    private static AmazonS3Client Connect(S3Options options)
    {
        var config = new AmazonS3Config
        {
            AuthenticationRegion = options.Region,
            // Stores other than Amazon's know buckets by path, and none of its newer check sums.
            ForcePathStyle = options.ServiceUrl is not null,
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (options.ServiceUrl is null)
        {
            config.RegionEndpoint = Amazon.RegionEndpoint.GetBySystemName(options.Region);
        }
        else
        {
            config.ServiceURL = options.ServiceUrl;
        }
        return string.IsNullOrEmpty(options.AccessKey)
            ? new AmazonS3Client(config)
            : new AmazonS3Client(
                new BasicAWSCredentials(options.AccessKey, options.SecretKey),
                config
            );
    }

    private static bool IsAway(Exception e) =>
        e is AmazonServiceException or AmazonClientException or HttpRequestException;

    private static OriginalsAwayException Away(Exception e) =>
        new($"The object store does not answer: {e.Message}", e);
}
