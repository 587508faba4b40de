using System.Text.Json;
using Jobs.Caching.Subscriptions;
using Jobs.Engine;
using Jobs.Notifications.Webhooks;
using Jobs.Testing;
using Jobs.Tests.Notifications.Webhooks;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Caching;

/// <summary>Webhooks about removed tags, received over HTTP.</summary>
public sealed class CacheWebhookTests : WebhookTest
{
    [Fact]
    public async Task Who_subscribed_to_tags_receives_one_signed_message_of_what_was_removed()
    {
        await using var receiver = await Receiver.StartAsync(200, Stop);
        await using var node = await CacheNode.StartAsync(
            Database.ConnectionString,
            Stop,
            services: services =>
                services
                    .Configure<WebhookOptions>(o => o.AllowedHosts = "127.0.0.1")
                    .Configure<EngineOptions>(o => o.Enabled = true)
        );
        var subscriptions = node.Get<CacheSubscriptions>();
        var subscription = await subscriptions.AddAsync(
            CacheNode.Tenant,
            receiver.Url(),
            ["prices", "stock"],
            Stop
        );
        // Another tenant's, and one of other tags: neither hears of it.
        await subscriptions.AddAsync(CacheNode.OtherTenant, receiver.Url(), ["prices"], Stop);
        await subscriptions.AddAsync(CacheNode.Tenant, receiver.Url(), ["other"], Stop);

        await node.Store.RemoveByTagAsync(CacheNode.Tenant, ["prices", "unheard"], Stop);
        var message = await receiver.TakeAsync(Stop);

        var body = JsonElement.Parse(message.Body);
        body.GetProperty("type").GetString().ShouldBe("cache.invalidated");
        body.GetProperty("subscriptionId").GetGuid().ShouldBe(subscription!.Id);
        body.GetProperty("tags").GetRawText().ShouldBe("""["prices"]""");
        var secret = await node.Get<WebhookSecrets>().GetAsync(CacheNode.Tenant, Stop);
        message.Headers["webhook-signature"].ShouldBe(Signature(secret.Secret, message));
        (await CountAsync()).ShouldBe(1);
        receiver.Waiting.ShouldBe(0);
    }
}
