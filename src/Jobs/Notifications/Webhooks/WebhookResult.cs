namespace Jobs.Notifications.Webhooks;

/// <summary>What came of sending a message once.</summary>
/// <param name="Status">Of the answer; null where there was none.</param>
/// <param name="Response">The beginning of the answer.</param>
/// <param name="ErrorCode">Of <see cref="WebhookErrors"/>; null when it was delivered.</param>
internal sealed record WebhookResult(
    int? Status,
    string? Response,
    string? ErrorCode,
    string? Error
)
{
    public bool Delivered => ErrorCode is null;

    /// <summary>Whether the receiver wants no further attempt.</summary>
    public bool Final => ErrorCode == WebhookErrors.Gone;

    /// <summary>Whether it says that the receiver is ill, and not only that it did not like this message.</summary>
    public bool Ill =>
        ErrorCode
            is WebhookErrors.Connection
                or WebhookErrors.Tls
                or WebhookErrors.Timeout
                or WebhookErrors.Protocol
        || (ErrorCode == WebhookErrors.Status && Status >= 500);

    public static WebhookResult Failure(string code, string message) =>
        new(null, null, code, message);

    public static WebhookResult Of(int status, string response) =>
        status switch
        {
            >= 200 and < 300 => new(status, response, null, null),
            >= 300 and < 400 => new(
                status,
                response,
                WebhookErrors.Redirect,
                "The receiver redirects; name the address itself."
            ),
            410 => new(
                status,
                response,
                WebhookErrors.Gone,
                "The receiver wants no more: it is not tried again."
            ),
            _ => new(status, response, WebhookErrors.Status, $"The receiver answered {status}."),
        };
}

/// <summary>Why an attempt failed.</summary>
internal static class WebhookErrors
{
    public const string Address = "address_forbidden";
    public const string Name = "name_not_resolved";
    public const string Connection = "connection_failed";
    public const string Tls = "tls_failed";
    public const string Timeout = "timeout";
    public const string Redirect = "redirect";
    public const string Gone = "gone";
    public const string Status = "status";
    public const string Protocol = "protocol_error";
}
