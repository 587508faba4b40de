using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;

namespace Jobs.Web.Tests.Api.Monitoring;

/// <summary>What lines of the log name, and levels that are none.</summary>
[Collection(MonitoredService.Collection)]
public sealed class LogLevelTests(MonitoredService service)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_log_names_batch_and_trace()
    {
        await service.Client.PutAsJsonAsync(
            "/api/v1/system/logging",
            new { category = "Jobs", level = "Debug" },
            Stop
        );
        var trace = $"{ActivityTraceId.CreateRandom()}";
        using var request = new HttpRequestMessage(
            HttpMethod.Post,
            "/api/v1/batch/jobs?kind=cleanup"
        )
        {
            Content = ApiTenant.Lines("""{"targets":["metrics"]}"""),
        };
        request.Headers.Add("traceparent", $"00-{trace}-00f067aa0ba902b7-01");
        using var answer = await service.Client.SendAsync(request, Stop);
        var id = (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop))
            .GetProperty("id")
            .GetString()!;
        await service.EndAsync(id, Stop);

        service.Log.ShouldContain(l =>
            l.StartsWith('{')
            && l.Contains("Cleaned up", StringComparison.Ordinal)
            && l.Contains($"\"BatchId\":\"{id}\"", StringComparison.Ordinal)
            && l.Contains($"\"TraceId\":\"{trace}\"", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_level_that_is_none_is_refused_and_one_that_was_set_can_be_taken_back()
    {
        async Task<JsonElement> SetAsync(object body)
        {
            using var answer = await service.Client.PutAsJsonAsync(
                "/api/v1/system/logging",
                body,
                Stop
            );
            return await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
        }

        (await SetAsync(new { level = "Loud" })).GetProperty("status").GetInt32().ShouldBe(422);
        (await SetAsync(new { level = "7" })).GetProperty("status").GetInt32().ShouldBe(422);
        (await SetAsync(new { category = "Npgsql", level = "Error" }))
            .GetProperty("categories")
            .GetProperty("Npgsql")
            .GetString()
            .ShouldBe("Error");
        (await SetAsync(new { category = "Npgsql" }))
            .GetProperty("categories")
            .TryGetProperty("Npgsql", out _)
            .ShouldBeFalse();
    }
}
