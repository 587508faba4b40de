using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Jobs.Resilience;

namespace Jobs.Kinds.Documents;

/// <summary>Calls to a store that speaks S3, with a breaker before them. Thread-safe.</summary>
internal sealed class S3Calls(S3Options options, Breakers breakers) : IDisposable
{
    private readonly AmazonS3Client client = Connect(options);

    // Of a store that is not used there is none.
    private Breaker Breaker => breakers.Get(S3Originals.Service, options.Bucket);

    /// <summary>Asks for something; null where there is no such thing, which says nothing of the store.</summary>
    public ValueTask<T?> AskAsync<T>(
        Func<AmazonS3Client, CancellationToken, Task<T>> call,
        CancellationToken cancellationToken
    )
        where T : class =>
        Breaker.RunAsync<T?>(
            async ct =>
            {
                try
                {
                    return await call(client, ct);
                }
                catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotFound)
                {
                    return null;
                }
            },
            cancellationToken
        );

    /// <summary>Does something that must succeed.</summary>
    public ValueTask<T> MustAsync<T>(
        Func<AmazonS3Client, CancellationToken, Task<T>> call,
        CancellationToken cancellationToken
    ) => Breaker.RunAsync(async ct => await call(client, ct), cancellationToken);

    /// <summary>Whether it says that the store is away, or does not do what it is for.</summary>
    public static bool IsAway(Exception e) =>
        e
            is AmazonServiceException
                or AmazonClientException
                or HttpRequestException
                or BreakerOpenException;

    /// <summary>Aborts an upload in parts, whatever the breaker says.</summary>
    public Task AbortAsync(string key, string uploadId) =>
        client.AbortMultipartUploadAsync(options.Bucket, key, uploadId, CancellationToken.None);

    public void Dispose() => client.Dispose();

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
}
