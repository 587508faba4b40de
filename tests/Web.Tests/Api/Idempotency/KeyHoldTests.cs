using System.Net;
using System.Text;
using Jobs.Idempotency;
using Jobs.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Jobs.Web.Tests.Api.Idempotency;

/// <summary>Who may answer the request of a key, and what stays when that one dies.</summary>
public sealed class KeyHoldTests(ApiHost host) : IdempotencyTest(host)
{
    [Fact]
    public async Task The_answer_is_written_by_the_transaction_of_the_batch()
    {
        using var answer = await PostAsync(Submit, NewKey(), Json(Body));

        (
            await Host.Database.ScalarAsync<bool>(
                """
                select k.xmin = b.xmin
                from jobs.batches b
                join jobs.idempotency_keys k on position(convert_to(b.id::text, 'UTF8') in k.body) > 0
                where b.id = $1
                """,
                Stop,
                await IdAsync(answer)
            )
        ).ShouldBeTrue();
    }

    [Fact]
    public async Task While_the_first_is_in_progress_a_repeat_is_told_to_wait()
    {
        const string address = "/api/v1/batch/jobs?kind=query";
        var key = NewKey();
        using var slow = new HeldContent("{\"q\":\"a\"}\n", "{\"q\":\"b\"}\n");
        var first = PostAsync(address, key, slow);
        await slow.Begun.WaitAsync(EngineHost.Patience, TimeProvider.System, Stop);
        using (var early = await RepeatUntilHeldAsync(address, key))
        {
            early.StatusCode.ShouldBe(HttpStatusCode.Conflict);
            early.Headers.RetryAfter.ShouldNotBeNull();
        }

        slow.Release();
        using var answer = await first;
        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        using var repeat = await PostAsync(
            address,
            key,
            new StringContent(
                "{\"q\":\"a\"}\n{\"q\":\"b\"}\n",
                Encoding.UTF8,
                "application/x-ndjson"
            )
        );
        repeat.Headers.Location.ShouldBe(answer.Headers.Location);
    }

    [Fact]
    public async Task A_hold_whose_process_died_is_taken_over_and_writes_nothing_more()
    {
        var key = NewKey();
        var keys = Host.Services.GetRequiredService<IdempotencyKeys>();
        var tenant = (
            await Host.Database.ScalarAsync<int>(
                "select id from jobs.tenants where name = 'default'",
                Stop
            )
        );
        var dead = (await keys.ClaimAsync(tenant, Submit, key, Stop)).Hold!;
        using (var held = await PostAsync(Submit, key, Json(Body)))
        {
            held.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        }
        await Host.Database.ScalarAsync<int>(
            "update jobs.idempotency_keys set busy_until = now() where token = $1",
            Stop,
            dead.Token
        );

        using var repeat = await PostAsync(Submit, key, Json(Body));
        repeat.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var lost = await Should.ThrowAsync<Npgsql.PostgresException>(() =>
            keys.KeepAsync(
                dead,
                new KeptAnswer([], 200, new Dictionary<string, string>(StringComparer.Ordinal), []),
                Stop
            )
        );
        lost.SqlState.ShouldBe(IdempotencyKeys.LostState);
        // Neither does a release of its, nor a late renewal.
        await keys.RenewAsync(dead, Stop);
        await keys.ReleaseAsync(dead, Stop);
        using var again = await PostAsync(Submit, key, Json(Body));
        again.Headers.Location.ShouldBe(repeat.Headers.Location);
    }

    [Fact]
    public async Task After_its_day_a_key_is_new()
    {
        var key = NewKey();
        using var first = await PostAsync(Submit, key, Json(Body));
        await Host.Database.ScalarAsync<int>(
            "update jobs.idempotency_keys set expires_at = now() where position(convert_to($1, 'UTF8') in body) > 0",
            Stop,
            (await IdAsync(first)).ToString()
        );
        using var second = await PostAsync(Submit, key, Json("""{"queries":[{"q":"new"}]}"""));

        second.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        second.Headers.Location.ShouldNotBe(first.Headers.Location);
    }

    // The slow request has begun; its key is held when its headers have been read.
    private async Task<HttpResponseMessage> RepeatUntilHeldAsync(string address, string key)
    {
        while (
            await Host.Database.ScalarAsync<long>(
                "select count(*) from jobs.idempotency_keys where busy_until > now()",
                Stop
            ) == 0
        )
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Stop);
        }
        return await PostAsync(
            address,
            key,
            new StringContent("{\"q\":\"a\"}\n", Encoding.UTF8, "application/x-ndjson")
        );
    }
}
