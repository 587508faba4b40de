using System.Net;
using Jobs.Caching;
using Jobs.Database;
using Jobs.Tenancy;
using Jobs.Testing;
using Jobs.Web.Http;
using Jobs.Web.Http.Caching;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Jobs.Web.Tests.Api.Caching;

/// <summary>Endpoints whose answers are cached by one line, on a server of their own.</summary>
public sealed class ResponseCacheTests(TestDatabase database)
    : IClassFixture<TestDatabase>,
        IAsyncLifetime
{
    private WebApplication app = null!;
    private HttpClient client = null!;
    private int answered;
    private volatile int status = StatusCodes.Status200OK;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(_ => new JobsDataSource(database.ConnectionString));
        builder.Services.AddSingleton(DatabaseReadiness.Done());
        builder.Services.AddBatches().AddCaching();
        builder.Services.Configure<CacheOptions>(o =>
        {
            o.Shared = false;
            o.Namespaces["brief"] = new CacheNamespaceOptions
            {
                Ttl = TimeSpan.FromMilliseconds(1),
                Stale = TimeSpan.FromMinutes(5),
            };
        });
        app = builder.Build();
        app.Use(
            (context, next) =>
            {
                if (context.Request.Headers["X-Tenant"].ToString() is { Length: > 0 } tenant)
                {
                    var parts = tenant.Split('/');
                    context.SetCaller(
                        new Caller(
                            int.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture),
                            tenant,
                            Guid.Parse(parts[1]),
                            "key",
                            Scopes.Read
                        )
                    );
                }
                return next(context);
            }
        );
        app.MapGet("/numbers/{id}", NumbersAsync).CacheResponse(CacheNamespaces.Content, tags: "n");
        app.MapGet("/mine/{id}", NumbersAsync)
            .CacheResponse(CacheNamespaces.Content, perUser: true);
        app.MapGet(
                "/passing/{id}",
                (HttpContext context, int id) =>
                {
                    context.Response.Headers.CacheControl = "no-store";
                    return NumbersAsync(context, id);
                }
            )
            .CacheResponse(CacheNamespaces.Content);
        app.MapGet("/brief/{id}", NumbersAsync).CacheResponse("brief");
        await app.StartAsync(Stop);
        client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await app.DisposeAsync();
    }

    [Fact]
    public async Task The_second_answer_comes_from_the_cache_with_its_headers()
    {
        using var first = await GetAsync("/numbers/1?a=1");
        using var second = await GetAsync("/numbers/1?a=1");

        (Cache(first), Cache(second)).ShouldBe(("MISS", "HIT"));
        (await second.Content.ReadAsStringAsync(Stop)).ShouldBe(
            await first.Content.ReadAsStringAsync(Stop)
        );
        second.Headers.Age.ShouldNotBeNull();
        second.Headers.ETag.ShouldBe(first.Headers.ETag);
        second.Headers.GetValues("X-Number").ShouldBe(["1"]);
        second.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        answered.ShouldBe(1);

        using var known = await GetAsync("/numbers/1?a=1", etag: first.Headers.ETag!.Tag);
        known.StatusCode.ShouldBe(HttpStatusCode.NotModified);
        (await known.Content.ReadAsByteArrayAsync(Stop)).ShouldBeEmpty();
        using var other = await GetAsync("/numbers/1?a=2");
        Cache(other).ShouldBe("MISS");
    }

    [Fact]
    public async Task Tenants_and_where_asked_users_have_answers_of_their_own()
    {
        var (ada, bob) = ($"1/{Guid.Empty}", $"1/{Guid.AllBitsSet}");
        foreach (
            var (path, expected) in (IEnumerable<(string, string)>)
                [("numbers", "HIT"), ("mine", "MISS")]
        )
        {
            using var first = await GetAsync($"/{path}/2", ada);
            using var other = await GetAsync($"/{path}/2", bob);
            using var stranger = await GetAsync($"/{path}/2", $"2/{Guid.Empty}");
            (Cache(first), Cache(other), Cache(stranger)).ShouldBe(("MISS", expected, "MISS"));
            (await stranger.Content.ReadAsStringAsync(Stop)).ShouldContain("\"tenant\":2");
        }
    }

    [Fact]
    public async Task What_its_endpoint_calls_passing_is_answered_and_not_kept()
    {
        using var first = await GetAsync("/passing/1");
        using var second = await GetAsync("/passing/1");

        (Cache(first), Cache(second)).ShouldBe(("MISS", "MISS"));
        second.Headers.ETag.ShouldNotBeNull();
        answered.ShouldBe(2);
    }

    [Fact]
    public async Task What_is_not_200_is_answered_and_not_kept()
    {
        status = StatusCodes.Status404NotFound;
        using var first = await GetAsync("/numbers/3");
        using var second = await GetAsync("/numbers/3");
        (first.StatusCode, Cache(second)).ShouldBe((HttpStatusCode.NotFound, "MISS"));
        first.Headers.ETag.ShouldBeNull();
        answered.ShouldBe(2);
    }

    [Fact]
    public async Task A_removed_tag_removes_the_answers()
    {
        using (await GetAsync("/numbers/4", $"1/{Guid.Empty}")) { }
        await app.Services.GetRequiredService<CacheStore>().RemoveByTagAsync(1, ["n"], Stop);
        using var again = await GetAsync("/numbers/4", $"1/{Guid.Empty}");
        Cache(again).ShouldBe("MISS");
    }

    [Fact]
    public async Task What_is_stale_is_answered_and_refreshed_behind_the_caller()
    {
        using (await GetAsync("/brief/5")) { }
        var seen = new List<string>();
        while (Volatile.Read(ref answered) < 2)
        {
            using var answer = await GetAsync("/brief/5");
            seen.Add(Cache(answer));
        }
        seen.Exists(s => s == "STALE").ShouldBeTrue();
        seen.Exists(s => s == "MISS").ShouldBeFalse();
    }

    [Fact]
    public async Task A_caller_that_goes_away_does_not_take_the_answer_of_the_others_along()
    {
        using var impatient = new CancellationTokenSource();
        hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = client.GetAsync("/numbers/6", impatient.Token);
        await entered.Task.WaitAsync(EngineHost.Patience, Stop);
        var second = GetAsync("/numbers/6");
        await impatient.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(first);
        hold.SetResult();
        using var answer = await second;
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private TaskCompletionSource? hold;
    private readonly TaskCompletionSource entered = new(
        TaskCreationOptions.RunContinuationsAsynchronously
    );

    private static string Cache(HttpResponseMessage answer) =>
        answer.Headers.GetValues("X-Cache").Single();

    private async Task<IResult> NumbersAsync(HttpContext context, int id)
    {
        var number = Interlocked.Increment(ref answered);
        entered.TrySetResult();
        if (hold is { } held)
        {
            await held.Task.WaitAsync(Stop);
        }
        context.Response.Headers["X-Number"] = id.ToString(
            System.Globalization.CultureInfo.InvariantCulture
        );
        return Results.Json(
            new
            {
                id,
                number,
                tenant = context.FindCaller()?.TenantId ?? 0,
            },
            statusCode: status
        );
    }

    private async Task<HttpResponseMessage> GetAsync(
        string path,
        string? tenant = null,
        string? etag = null
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (tenant is not null)
        {
            request.Headers.Add("X-Tenant", tenant);
        }
        if (etag is not null)
        {
            request.Headers.Add("If-None-Match", etag);
        }
        return await client.SendAsync(request, Stop);
    }
}
