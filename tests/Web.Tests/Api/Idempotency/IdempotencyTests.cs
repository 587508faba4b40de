using System.Net;
using System.Text.Json;
using Jobs.Testing;

namespace Jobs.Web.Tests.Api.Idempotency;

public sealed class IdempotencyTests(ApiHost host) : IdempotencyTest(host)
{
    [Fact]
    public async Task The_same_request_gets_the_first_answer_and_makes_one_batch()
    {
        var key = NewKey();
        var before = await BatchesAsync();
        using var first = await PostAsync(Submit, key, Json(Body));
        using var second = await PostAsync(Submit, $"\"{key}\"", Json(Body));

        first.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        first.Headers.Contains("Idempotent-Replayed").ShouldBeFalse();
        second.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        second.Headers.GetValues("Idempotent-Replayed").ShouldBe(["true"]);
        second.Headers.Location.ShouldBe(first.Headers.Location);
        second.Headers.ETag.ShouldBe(first.Headers.ETag);
        second.Content.Headers.ContentType.ShouldBe(first.Content.Headers.ContentType);
        (await TextAsync(second) == await TextAsync(first)).ShouldBeTrue();
        (await BatchesAsync()).ShouldBe(before + 1);
    }

    [Theory]
    [InlineData(Submit, """{"queries":[{"q":"worker"}]}""")]
    [InlineData(Submit, Body + " ")]
    [InlineData($"{Submit}?x=1", Body)]
    public async Task Another_request_with_the_key_is_refused(string address, string body)
    {
        var key = NewKey();
        using var first = await PostAsync(Submit, key, Json(Body));
        using var second = await PostAsync(address, key, Json(body));

        second.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await TextAsync(second)).ShouldContain("Idempotency-Key");
    }

    [Fact]
    public async Task Keys_of_other_tenants_and_other_addresses_are_others()
    {
        var key = NewKey();
        using var other = Host.Client(await Host.KeyOfAsync("idempotency-other", Stop));
        using var first = await PostAsync(Submit, key, Json(Body));
        using var second = await PostAsync(Submit, key, Json(Body), other);
        using var third = await PostAsync(
            "/api/v1/batch/jobs",
            key,
            Json("""{"kind":"query","items":[{"q":"lease"}]}""")
        );

        HttpResponseMessage[] answers = [first, second, third];
        answers.ShouldAllBe(a => a.StatusCode == HttpStatusCode.Accepted);
        answers.Select(a => a.Headers.Location).Distinct().Count().ShouldBe(3);
    }

    [Fact]
    public async Task An_upload_is_the_same_whatever_its_boundary()
    {
        const string address = "/api/v1/batch/documents";
        var key = NewKey();
        var large = new string('x', 300_000);
        using var first = await PostAsync(address, key, Form("one", $"first {key} {large}"));
        using var second = await PostAsync(address, key, Form("two-2", $"first {key} {large}"));
        using var third = await PostAsync(address, key, Form("one", $"other {key} {large}"));

        first.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        second.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await TextAsync(second) == await TextAsync(first)).ShouldBeTrue();
        JsonElement
            .Parse(await TextAsync(second))
            .GetProperty("files")[0]
            .GetProperty("verdict")
            .GetString()
            .ShouldBe("accepted");
        third.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task A_refusal_is_an_answer_too()
    {
        var key = NewKey();
        const string bad = """{"queries":[]}""";
        using var first = await PostAsync(Submit, key, Json(bad));
        using var second = await PostAsync(Submit, key, Json(bad));

        first.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await TextAsync(first)).ShouldContain("queries");
        second.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        second.Headers.Contains("Idempotent-Replayed").ShouldBeTrue();
        (await TextAsync(second) == await TextAsync(first)).ShouldBeTrue();
    }

    [Fact]
    public async Task An_answer_without_a_body_is_repeated_as_it_was()
    {
        var key = NewKey();
        using var first = await PostAsync(Submit, key, new StringContent("text"));
        using var second = await PostAsync(Submit, key, new StringContent("text"));

        first.StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        second.StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        second.Headers.Contains("Idempotent-Replayed").ShouldBeTrue();
    }

    [Theory]
    [InlineData("\"\"")]
    [InlineData("\"open")]
    [InlineData("\"a\"b\"")]
    [InlineData("long")]
    public async Task A_key_that_is_none_is_refused_by_name(string key)
    {
        using var answer = await PostAsync(
            Submit,
            key == "long" ? new string('k', 256) : key,
            Json(Body)
        );

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await TextAsync(answer)).ShouldContain("Idempotency-Key");
    }

    [Fact]
    public async Task A_secret_is_repeated_to_who_asked_for_it_and_not_stored_in_plain()
    {
        var key = NewKey();
        const string body = """{"tenant":"idempotent","name":"n","scopes":["read"]}""";
        using var first = await PostAsync("/api/v1/keys", key, Json(body));
        using var second = await PostAsync("/api/v1/keys", key, Json(body));
        using var other = Host.Client(await Host.KeyOfAsync("default", Stop));
        using var third = await PostAsync("/api/v1/keys", key, Json(body), other);

        first.StatusCode.ShouldBe(HttpStatusCode.Created);
        (await TextAsync(second) == await TextAsync(first)).ShouldBeTrue();
        third.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (
            await Host.Database.ScalarAsync<long>(
                "select count(*) from jobs.idempotency_keys where position(convert_to($1, 'UTF8') in body) > 0",
                Stop,
                JsonElement.Parse(await TextAsync(first)).GetProperty("key").GetString()!
            )
        ).ShouldBe(0);
    }

    [Fact]
    public async Task The_description_of_the_api_names_the_header_on_every_post()
    {
        var document = JsonElement.Parse(await Client.GetStringAsync("/openapi/v1.json", Stop));

        document
            .GetProperty("paths")
            .EnumerateObject()
            .Where(path => path.Value.TryGetProperty("post", out _))
            .Where(path =>
                !path
                    .Value.GetProperty("post")
                    .ToString()
                    .Contains("Idempotency-Key", StringComparison.Ordinal)
            )
            .Select(path => path.Name)
            .ShouldBeEmpty();
    }

    [Fact]
    public async Task Steering_is_answered_once_as_well()
    {
        using var batch = await PostAsync(Submit, NewKey(), Json(Body));
        var cancel = $"{batch.Headers.Location}/cancel";
        var key = NewKey();
        using var first = await PostAsync(cancel, key, null);
        using var second = await PostAsync(cancel, key, null);

        first.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        second.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        second.Headers.Contains("Idempotent-Replayed").ShouldBeTrue();
    }
}
