using System.Net;
using Microsoft.Extensions.Options;

namespace Jobs.Notifications.Webhooks;

/// <summary>Which URLs a batch may name for its webhook. Names are resolved when it is sent, not here. Thread-safe.</summary>
public sealed class CallbackUrls(IOptions<WebhookOptions> options)
{
    /// <summary>Characters of a URL.</summary>
    public const int Length = 2000;

    /// <summary>Why a URL is refused; null where it is good, and then as it is kept.</summary>
    public string? Refusal(string text, out string? url)
    {
        url = null;
        if (
            text.Length > Length
            || !Uri.TryCreate(text, UriKind.Absolute, out var uri)
            || (uri.Scheme != Uri.UriSchemeHttps && uri.Scheme != Uri.UriSchemeHttp)
            || uri.Host.Length == 0
            || uri.AbsoluteUri.Length > Length
        )
        {
            return $"must be a URL with http or https, of at most {Length} characters";
        }
        if (uri.UserInfo.Length > 0)
        {
            return "must not hold credentials; webhooks are signed";
        }
        if (
            IPAddress.TryParse(uri.IdnHost.Trim('[', ']'), out var address)
            && !PublicAddress.Is(address)
            && !options.Value.Allows(uri.IdnHost)
        )
        {
            return "must not be at an address that is loopback, link-local, private or otherwise not public";
        }
        url = uri.AbsoluteUri;
        return null;
    }
}
