using System.Net;
using Jobs.Notifications.Webhooks;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Notifications.Webhooks;

public sealed class PublicAddressTests
{
    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("10.1.2.3")]
    [InlineData("100.64.0.1")]
    [InlineData("100.100.100.200")]
    [InlineData("127.0.0.1")]
    [InlineData("127.255.255.254")]
    [InlineData("168.63.129.16")]
    [InlineData("169.254.169.254")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.0.0.192")]
    [InlineData("192.168.1.1")]
    [InlineData("198.18.0.1")]
    [InlineData("224.0.0.1")]
    [InlineData("240.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("::7f00:1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("64:ff9b::7f00:1")]
    [InlineData("64:ff9b::a9fe:a9fe")]
    [InlineData("64:ff9b:1::1")]
    [InlineData("100::1")]
    [InlineData("2001::1")]
    [InlineData("2001:db8::1")]
    [InlineData("2002:7f00:1::1")]
    [InlineData("2002:c0a8:101::1")]
    [InlineData("fc00::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("fe80::1")]
    [InlineData("fec0::1")]
    [InlineData("ff02::1")]
    public void Is_not(string address) =>
        PublicAddress.Is(IPAddress.Parse(address)).ShouldBeFalse();

    [Theory]
    [InlineData("8.8.8.8")]
    [InlineData("100.63.255.255")]
    [InlineData("172.32.0.1")]
    [InlineData("::ffff:8.8.8.8")]
    [InlineData("64:ff9b::808:808")]
    [InlineData("2002:808:808::1")]
    [InlineData("2606:4700::1111")]
    public void Is(string address) => PublicAddress.Is(IPAddress.Parse(address)).ShouldBeTrue();

    [Theory]
    [InlineData("ftp://example.com/")]
    [InlineData("example.com/hook")]
    [InlineData("/hook")]
    [InlineData("")]
    [InlineData("https://user:secret@example.com/")]
    [InlineData("http://127.0.0.1/")]
    [InlineData("http://2130706433/")]
    [InlineData("http://0x7f.1/")]
    [InlineData("http://[::1]/")]
    [InlineData("http://[::ffff:169.254.169.254]/")]
    [InlineData("http://169.254.169.254/latest/meta-data/")]
    public void A_callback_url_is_refused(string url)
    {
        Urls("").Refusal(url, out var kept).ShouldNotBeNull();
        kept.ShouldBeNull();
    }

    [Fact]
    public void A_callback_url_has_at_most_2000_characters()
    {
        const string start = "https://example.com/";
        Urls("").Refusal(start + new string('a', 2000 - start.Length), out _).ShouldBeNull();
        Urls("").Refusal(start + new string('a', 2001 - start.Length), out _).ShouldNotBeNull();
        // As it is kept and sent.
        Urls("").Refusal(start + new string('é', 500), out _).ShouldNotBeNull();
    }

    [Theory]
    [InlineData("https://example.com/hook?a=1", "")]
    [InlineData("http://8.8.8.8:8080/", "")]
    [InlineData("http://127.0.0.1:9/", "hooks.internal, 127.0.0.1")]
    [InlineData("http://[::1]:9/", "::1")]
    public void A_callback_url_is_taken(string url, string allowed)
    {
        Urls(allowed).Refusal(url, out var kept).ShouldBeNull();
        kept.ShouldBe(url);
    }

    private static CallbackUrls Urls(string allowed) =>
        new(Options.Create(new WebhookOptions { AllowedHosts = allowed }));
}
