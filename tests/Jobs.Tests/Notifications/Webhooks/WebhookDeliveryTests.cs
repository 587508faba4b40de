using System.Text.Json;
using Jobs.Batches;
using Jobs.Notifications.Webhooks;
using Jobs.Resilience;
using Jobs.Testing;
using Jobs.Testing.Chaos;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Notifications.Webhooks;

public sealed class WebhookDeliveryTests : WebhookTest
{
    [Fact]
    public async Task The_status_of_a_batch_that_ended_is_posted_once_and_signed()
    {
        await using var receiver = await Receiver.StartAsync(204, Stop);
        var host = await StartAsync(Sending());

        var batch = await SubmitAsync(host, receiver.Url());
        var message = await receiver.TakeAsync(Stop);
        var delivery = await WaitAsync(host, batch.Id, d => d.State == "delivered");

        var ended = await host.ReadAsync(batch.Id, Stop);
        var body = JsonElement.Parse(message.Body);
        body.GetProperty("id").GetGuid().ShouldBe(batch.Id);
        body.GetProperty("state").GetString().ShouldBe("completed");
        body.GetProperty("outcome").GetString().ShouldBe("succeeded");
        body.GetProperty("counts").GetProperty("succeeded").GetInt32().ShouldBe(3);
        body.GetProperty("metadata").GetProperty("mine").GetString().ShouldBe("yes");
        body.GetProperty("finishedAt").GetDateTimeOffset().ShouldBe(ended.FinishedAt!.Value);
        message.Headers["Content-Type"].ShouldBe("application/json");
        var secret = await host.Get<WebhookSecrets>().GetAsync(EngineHost.Tenant, Stop);
        message.Headers["webhook-signature"].ShouldBe(Signature(secret.Secret, message));
        delivery.WebhookId.ShouldBe(message.Id);
        delivery.NextAttemptAt.ShouldBeNull();
        var attempt = delivery.Attempts.ShouldHaveSingleItem();
        (attempt.Status, attempt.Error).ShouldBe((204, null));
        receiver.Waiting.ShouldBe(0);
    }

    [Fact]
    public async Task A_failure_is_sent_again_with_the_same_id_until_it_succeeds()
    {
        await using var receiver = await Receiver.StartAsync(
            (context, number) =>
            {
                context.Response.StatusCode = number < 3 ? 500 : 200;
                return context.Response.WriteAsync(new string('x', 10_000), Stop);
            },
            Stop
        );
        var host = await StartAsync(Sending());

        var batch = await SubmitAsync(host, receiver.Url());
        var ids = new[]
        {
            (await receiver.TakeAsync(Stop)).Id,
            (await receiver.TakeAsync(Stop)).Id,
            (await receiver.TakeAsync(Stop)).Id,
        };
        var delivery = await WaitAsync(host, batch.Id, d => d.State == "delivered");

        ids.ShouldAllBe(id => id == delivery.WebhookId);
        delivery.Attempts.Select(a => a.Status).ShouldBe([500, 500, 200]);
        delivery.Attempts[0].Error!.Code.ShouldBe("status");
        delivery.Attempts[0].Response!.Length.ShouldBe(1000);
    }

    [Fact]
    public async Task A_receiver_that_fails_is_left_alone_for_a_while_and_that_uses_up_no_attempt()
    {
        var ill = true;
        await using var receiver = await Receiver.StartAsync(
            (context, _) =>
            {
                context.Response.StatusCode = Volatile.Read(ref ill) ? 503 : 204;
                return Task.CompletedTask;
            },
            Stop
        );
        // Three attempts of one, then the breaker is open: none is left that could fail once more.
        var host = await StartAsync(Sending(retries: 3, failuresToOpen: 3));

        var batch = await SubmitAsync(host, receiver.Url());
        await host.Log.WaitForAsync(" waits: its receiver fails", Stop);
        host.Get<Breakers>().Summary()["webhooks"].ShouldBe(BreakerState.Open);
        Volatile.Write(ref ill, false);
        var delivery = await WaitAsync(host, batch.Id, d => d.State == "delivered");

        delivery.Attempts.Select(a => a.Status).ShouldBe([503, 503, 503, 204]);
        host.Get<Breakers>().Summary()["webhooks"].ShouldBe(BreakerState.Closed);
    }

    [Fact]
    public async Task When_its_pauses_are_used_up_it_has_failed_and_a_replay_keeps_its_id()
    {
        var status = 503;
        await using var receiver = await Receiver.StartAsync(
            (context, _) =>
            {
                context.Response.StatusCode = Volatile.Read(ref status);
                return Task.CompletedTask;
            },
            Stop
        );
        var host = await StartAsync(Sending(retries: 2));
        var batch = await SubmitAsync(host, receiver.Url());
        var failed = await WaitAsync(host, batch.Id, d => d.State == "failed");
        failed.Attempts.Count.ShouldBe(3);

        Volatile.Write(ref status, 200);
        (
            await host.Get<WebhookDeliveries>().ReplayAsync(EngineHost.Tenant, batch.Id, Stop)
        ).ShouldBeTrue();
        var delivered = await WaitAsync(host, batch.Id, d => d.State == "delivered");

        delivered.WebhookId.ShouldBe(failed.WebhookId);
        delivered.Attempts.Count.ShouldBe(4);
        for (var i = 0; i < 4; i++)
        {
            (await receiver.TakeAsync(Stop)).Id.ShouldBe(failed.WebhookId);
        }
        (
            await host.Get<WebhookDeliveries>().ReplayAsync(EngineHost.OtherTenant, batch.Id, Stop)
        ).ShouldBeFalse();
    }

    [Fact]
    public async Task A_redirect_is_a_failure_and_is_not_followed()
    {
        await using var target = await Receiver.StartAsync(200, Stop);
        await using var receiver = await Receiver.StartAsync(
            (context, _) =>
            {
                context.Response.Redirect(target.Url());
                return Task.CompletedTask;
            },
            Stop
        );
        var host = await StartAsync(Sending(retries: 0));

        var batch = await SubmitAsync(host, receiver.Url());
        var delivery = await WaitAsync(host, batch.Id, d => d.State == "failed");

        delivery.Attempts.ShouldHaveSingleItem().Error!.Code.ShouldBe("redirect");
        target.Waiting.ShouldBe(0);
    }

    [Fact]
    public async Task Gone_stops_the_delivery()
    {
        await using var receiver = await Receiver.StartAsync(410, Stop);
        var host = await StartAsync(Sending());

        var batch = await SubmitAsync(host, receiver.Url());
        var delivery = await WaitAsync(host, batch.Id, d => d.State == "failed");

        delivery.Attempts.ShouldHaveSingleItem().Error!.Code.ShouldBe("gone");
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    [InlineData("[::ffff:127.0.0.1]")]
    public async Task A_host_that_is_not_public_is_not_connected_to(string name)
    {
        await using var receiver = await Receiver.StartAsync(200, Stop);
        var host = await StartAsync(Sending(retries: 0, allowed: ""));

        var batch = await SubmitAsync(host, receiver.Url(name));
        var delivery = await WaitAsync(host, batch.Id, d => d.State == "failed");

        delivery.Attempts.ShouldHaveSingleItem().Error!.Code.ShouldBe("address_forbidden");
        receiver.Waiting.ShouldBe(0);
    }

    [Fact]
    public async Task A_receiver_that_does_not_answer_is_given_up_and_tried_again()
    {
        await using var receiver = await Receiver.StartAsync(
            (context, number) =>
                number > 1
                    ? Task.CompletedTask
                    : Task.Delay(
                        Timeout.InfiniteTimeSpan,
                        TimeProvider.System,
                        context.RequestAborted
                    ),
            Stop
        );
        var host = await StartAsync(Sending(timeout: TimeSpan.FromMilliseconds(300)));

        var batch = await SubmitAsync(host, receiver.Url());
        var delivery = await WaitAsync(host, batch.Id, d => d.State == "delivered");

        delivery.Attempts[0].Error!.Code.ShouldBe("timeout");
    }

    [Fact]
    public async Task What_was_sent_but_not_recorded_is_sent_again_under_the_same_id()
    {
        await using var receiver = await Receiver.StartAsync(200, Stop);
        var idle = await StartIdleAsync(Sending());
        var batch = await SubmitEndedAsync(idle, receiver.Url());
        // A worker that leases the delivery, sends it, and is gone.
        var queue = idle.Get<WebhookQueue>();
        var (lost, _) = await queue.LeaseAsync([], TimeSpan.FromMinutes(1), Stop);
        await idle.Get<WebhookSender>()
            .SendAsync(
                new WebhookMessage(lost!.WebhookId, new Uri(lost.Url), "{}"u8.ToArray(), []),
                Stop
            );
        (await queue.LeaseAsync([], TimeSpan.FromMinutes(1), Stop)).Delivery.ShouldBeNull();
        await Database.ScalarAsync<int>(
            "update jobs.webhook_deliveries set lease_until = now()",
            Stop
        );

        await StartAsync(Sending());
        var delivery = await WaitAsync(idle, batch.Id, d => d.State == "delivered");

        var first = await receiver.TakeAsync(Stop);
        (await receiver.TakeAsync(Stop)).Id.ShouldBe(first.Id);
        delivery.Attempts.Count.ShouldBe(1);
        // It comes back, and writes nothing.
        (
            await queue.RecordAsync(
                lost,
                WebhookResult.Of(500, ""),
                TimeProvider.System.GetUtcNow(),
                TimeSpan.Zero,
                TimeSpan.Zero,
                Stop
            )
        ).ShouldBeFalse();
        (await WaitAsync(idle, batch.Id, _ => true)).State.ShouldBe("delivered");
    }

    [Fact]
    public async Task Many_workers_send_each_delivery_once()
    {
        await using var receiver = await Receiver.StartAsync(200, Stop);
        var idle = await StartIdleAsync(Sending());
        var batches = new List<Guid>();
        for (var i = 0; i < 40; i++)
        {
            batches.Add((await SubmitEndedAsync(idle, receiver.Url())).Id);
        }

        await Task.WhenAll(StartAsync(Sending()), StartAsync(Sending()), StartAsync(Sending()));
        foreach (var id in batches)
        {
            await WaitAsync(idle, id, d => d.State == "delivered");
        }

        receiver.Waiting.ShouldBe(40);
        var ids = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < 40; i++)
        {
            ids.Add((await receiver.TakeAsync(Stop)).Id).ShouldBeTrue();
        }
    }

    [Fact]
    public async Task A_cancelled_batch_has_one_delivery_and_its_deletion_takes_it_along()
    {
        var idle = await StartIdleAsync(Sending());
        var batch = await SubmitAsync(idle, "http://127.0.0.1:9/");
        (await CountAsync()).ShouldBe(0);

        await idle.Get<BatchSteering>().CancelAsync(EngineHost.Tenant, batch.Id, Stop);
        await idle.Get<BatchSteering>().CancelAsync(EngineHost.Tenant, batch.Id, Stop);
        (await CountAsync()).ShouldBe(1);
        var (leased, _) = await idle.Get<WebhookQueue>()
            .LeaseAsync([], TimeSpan.FromMinutes(1), Stop);
        var sent = System.Text.Json.JsonElement.Parse(leased!.Body);
        sent.GetProperty("state").GetString().ShouldBe("cancelled");
        sent.GetProperty("counts").GetProperty("cancelled").GetInt64().ShouldBe(3);

        await idle.Get<BatchSteering>().DeleteAsync(EngineHost.Tenant, batch.Id, Stop);
        (await CountAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task After_a_rotation_the_former_secret_signs_as_well()
    {
        await using var receiver = await Receiver.StartAsync(200, Stop);
        var host = await StartAsync(Sending());
        var secrets = host.Get<WebhookSecrets>();
        var former = await secrets.GetAsync(EngineHost.Tenant, Stop);
        var rotated = await secrets.RotateAsync(EngineHost.Tenant, Stop);
        (rotated.Secret == former.Secret).ShouldBeFalse();
        rotated.Former.ShouldBe(former.Secret);
        (await secrets.GetAsync(EngineHost.Tenant, Stop)).ShouldBe(rotated);

        await SubmitAsync(host, receiver.Url());
        var message = await receiver.TakeAsync(Stop);

        message
            .Headers["webhook-signature"]
            .ShouldBe($"{Signature(rotated.Secret, message)} {Signature(former.Secret, message)}");
    }

    [Fact]
    public async Task What_was_sent_is_recorded_when_the_connection_breaks_meanwhile()
    {
        await using var proxy = TcpProxy.Start(Database.ConnectionString);
        await using var receiver = await Receiver.StartAsync(
            (_, _) =>
            {
                proxy.Reset();
                return Task.CompletedTask;
            },
            Stop
        );
        await using var host = await EngineHost.StartAsync(proxy.ConnectionString, Sending(), Stop);
        var caller = await StartIdleAsync();

        var batch = await SubmitAsync(caller, receiver.Url());
        var delivery = await WaitAsync(caller, batch.Id, d => d.State == "delivered");

        delivery.Attempts.ShouldHaveSingleItem();
        receiver.TakeAll().ShouldHaveSingleItem();
    }
}
