using System.Globalization;
using System.Net;

namespace Jobs.Testing;

/// <summary>Requests of which no two have the same path, query, key, address, host or agent: what a service must not remember.</summary>
public static class RequestFlood
{
    private const int AtOnce = 32;

    // Every so manieth comes from an address of its own: the limit of each is asked of the database.
    private const int Addresses = 8;

    /// <summary>Sends so many, over connections that are kept; their answers, by status.</summary>
    /// <param name="client">Sends no key of its own.</param>
    /// <param name="name">In all of them, so that they can be looked for.</param>
    public static async Task<IReadOnlyDictionary<HttpStatusCode, int>> SendAsync(
        HttpClient client,
        string name,
        int count,
        CancellationToken cancellationToken
    )
    {
        var statuses = new System.Collections.Concurrent.ConcurrentDictionary<
            HttpStatusCode,
            int
        >();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, count),
            new ParallelOptions
            {
                MaxDegreeOfParallelism = AtOnce,
                CancellationToken = cancellationToken,
            },
            async (n, ct) =>
            {
                using var request = Request(name, n);
                using var answer = await client.SendAsync(request, ct);
                await answer.Content.CopyToAsync(Stream.Null, ct);
                statuses.AddOrUpdate(answer.StatusCode, 1, static (_, sum) => sum + 1);
            }
        );
        return statuses;
    }

    private static HttpRequestMessage Request(string name, int n)
    {
        var number = n.ToString(CultureInfo.InvariantCulture);
        var request = new HttpRequestMessage(
            HttpMethod.Get,
            (n % 3) switch
            {
                0 => $"/{name}-{number}/{number}?q={number}",
                1 => $"/api/v1/batch/jobs/{Guid.CreateVersion7(TimeProvider.System.GetUtcNow())}",
                _ => $"/api/v1/queues/{name}-{number}?x={number}",
            }
        );
        request.Headers.Host = $"{name}-{number}.example";
        request.Headers.UserAgent.ParseAdd($"{name}/{number}");
        if (n % Addresses == 1)
        {
            // One each of the sixteen million of a network.
            request.Headers.Add(
                "X-Forwarded-For",
                new IPAddress([10, (byte)(n >> 16), (byte)(n >> 8), (byte)n]).ToString()
            );
        }
        if (n % 2 == 0)
        {
            request.Headers.Add("X-API-Key", $"{name}-key-{number}");
        }
        return request;
    }
}
