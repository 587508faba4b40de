using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Jobs.Testing;

namespace Jobs.Web.Tests.Api.RateLimits;

/// <summary>Requests to hosts that limit, and rules that a test sets.</summary>
public abstract class RateLimitTest(LimitedHost host) : IClassFixture<LimitedHost>
{
    protected const string Rules = "/api/v1/system/rate-limits";
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(100);

    protected LimitedHost Host => host;

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    protected async Task<JsonElement> SetAsync(
        object rule,
        HttpStatusCode status = HttpStatusCode.OK
    )
    {
        using var admin = host.Admin();
        using var answer = await admin.PostAsJsonAsync(Rules, rule, Stop);
        answer.StatusCode.ShouldBe(status, await answer.Content.ReadAsStringAsync(Stop));
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
    }

    /// <summary>Sets a limit of one tenant, and waits until it is in force on a node, which shares its counters.</summary>
    protected async Task LimitAsync(
        string tenant,
        int limit,
        int burst,
        int? perHour = null,
        params Uri[] nodes
    )
    {
        await SetAsync(
            new
            {
                policy = "api",
                tenant,
                limit,
                periodSeconds = 3600,
                burst,
                perHour,
            }
        );
        foreach (var node in (Uri?[])[null, .. nodes])
        {
            using var admin = host.Admin(node);
            await UntilAsync(async () =>
            {
                var list = await admin.GetFromJsonAsync<JsonElement>(Rules, Stop);
                return list.GetProperty("counting").GetString() == "shared"
                    && list.GetProperty("overrides")
                        .EnumerateArray()
                        .Any(o => o.GetProperty("tenant").GetString() == tenant);
            });
        }
    }

    /// <summary>Waits until the node has its connection.</summary>
    protected async Task SharedAsync()
    {
        using var admin = host.Admin();
        await UntilAsync(async () =>
            (await admin.GetFromJsonAsync<JsonElement>(Rules, Stop))
                .GetProperty("counting")
                .GetString() == "shared"
        );
    }

    protected static long Number(HttpResponseMessage answer, string header) =>
        long.Parse(answer.Headers.GetValues(header).Single(), CultureInfo.InvariantCulture);

    protected static string Text(HttpResponseMessage answer, string header) =>
        string.Join(", ", answer.Headers.GetValues(header));

    /// <summary>Asks until it is refused; how often it was not.</summary>
    protected static async Task<int> ExhaustAsync(HttpClient client, string path)
    {
        for (var admitted = 0; admitted < 1_000; admitted++)
        {
            using var answer = await client.GetAsync(path, Stop);
            if (answer.StatusCode == HttpStatusCode.TooManyRequests)
            {
                return admitted;
            }
        }
        throw new TimeoutException($"{path} is not limited.");
    }

    protected static async Task UntilAsync(Func<Task<bool>> condition)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(started) > EngineHost.Patience)
            {
                throw new TimeoutException();
            }
            await Task.Delay(LookInterval, TimeProvider.System, Stop);
        }
    }
}
