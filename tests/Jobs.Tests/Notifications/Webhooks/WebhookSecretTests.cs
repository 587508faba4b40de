using Jobs.Notifications.Webhooks;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Notifications.Webhooks;

public sealed class WebhookSecretTests
{
    [Fact]
    public void The_signature_is_that_of_the_specifications_published_vector() =>
        new WebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
            .Sign(
                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                DateTimeOffset.FromUnixTimeSeconds(1614265330),
                """{"test": 2432232314}"""u8
            )
            .ShouldBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");

    [Fact]
    public void A_new_secret_has_32_random_bytes()
    {
        var secret = WebhookSecret.New();

        Convert.FromBase64String(secret[WebhookSecret.Prefix.Length..]).Length.ShouldBe(32);
        (WebhookSecret.New() == secret).ShouldBeFalse();
    }

    [Fact]
    public void Pauses_are_those_of_the_contract_and_at_most_a_tenth_longer()
    {
        int[] seconds = [5, 300, 1800, 7200, 18000, 36000, 50400];
        for (var used = 0; used < seconds.Length; used++)
        {
            WebhookRetries
                .After(used, WebhookRetries.Delays, 0)
                .ShouldBe(TimeSpan.FromSeconds(seconds[used]));
            WebhookRetries
                .After(used, WebhookRetries.Delays, 0.999)!
                .Value.TotalSeconds.ShouldBeInRange(seconds[used], seconds[used] * 1.1);
        }
        WebhookRetries.After(seconds.Length, WebhookRetries.Delays, 0).ShouldBeNull();
    }
}
