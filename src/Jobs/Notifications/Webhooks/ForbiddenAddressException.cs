namespace Jobs.Notifications.Webhooks;

/// <summary>A host is at an address that webhooks are not sent to.</summary>
internal sealed class ForbiddenAddressException(string host)
    : Exception($"'{host}' is not at a public address.");
