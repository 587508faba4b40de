using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Jobs.Testing;

namespace Jobs.Web.Tests.Api;

/// <summary>Listens to server-sent events; gives up after a while.</summary>
internal sealed class SseListener : IAsyncDisposable
{
    private readonly HttpResponseMessage answer;
    private readonly SseParser<JsonElement> parser;
    private readonly CancellationTokenSource limit =
        CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly IAsyncEnumerator<SseItem<JsonElement>> events;

    private SseListener(HttpResponseMessage answer, Stream body)
    {
        this.answer = answer;
        limit.CancelAfter(EngineHost.Patience);
        parser = SseParser.Create(body, (_, data) => JsonElement.Parse(data));
        events = parser.EnumerateAsync(limit.Token).GetAsyncEnumerator(limit.Token);
    }

    public string? LastId => parser.LastEventId;

    public static async Task<SseListener> ListenAsync(
        ApiTenant tenant,
        string path,
        string? lastEventId
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }
        var answer = await tenant.Client.SendAsync(
            request,
            HttpCompletionOption.ResponseHeadersRead,
            TestContext.Current.CancellationToken
        );
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        return new SseListener(
            answer,
            await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken)
        );
    }

    public async Task<SseItem<JsonElement>> NextAsync()
    {
        (await events.MoveNextAsync()).ShouldBeTrue();
        return events.Current;
    }

    /// <summary>All events up to the one that is meant.</summary>
    public async Task<List<SseItem<JsonElement>>> UntilAsync(
        Func<SseItem<JsonElement>, bool> condition
    )
    {
        var seen = new List<SseItem<JsonElement>>();
        do
        {
            seen.Add(await NextAsync());
        } while (!condition(seen[^1]));
        return seen;
    }

    public async ValueTask DisposeAsync()
    {
        await events.DisposeAsync();
        answer.Dispose();
        limit.Dispose();
    }
}
