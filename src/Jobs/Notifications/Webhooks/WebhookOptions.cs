namespace Jobs.Notifications.Webhooks;

/// <summary>Bound from the section <c>Jobs:Webhooks</c>.</summary>
public sealed class WebhookOptions
{
    /// <summary>
    /// Hosts that webhooks may be sent to wherever they are, separated by commas: names or addresses as they stand in
    /// the URL. All other hosts must have public addresses. Default: none.
    /// </summary>
    public string AllowedHosts { get; set; } = "";

    // To record what came of it.
    private static readonly TimeSpan MostMargin = TimeSpan.FromSeconds(15);

    /// <summary>How long one attempt may take, from the look-up of the name to the end of the answer. Default 15 seconds.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Deliveries that this process sends at once, at most a quarter of them for one tenant. Default 16.</summary>
    [System.ComponentModel.DataAnnotations.Range(1, 1_000)]
    public int Concurrency { get; set; } = 16;

    /// <summary>Pauses after failures; when they are used up the delivery has failed. Fixed by the contract.</summary>
    internal IReadOnlyList<TimeSpan> RetryDelays { get; set; } = WebhookRetries.Delays;

    /// <summary>How long a worker may keep a delivery before another sends it: more than an attempt can take.</summary>
    internal TimeSpan LeaseTime => Timeout + (Timeout < MostMargin ? Timeout : MostMargin);

    internal int ConcurrencyOfTenant => Math.Max(1, Concurrency / 4);

    internal bool Allows(string host) =>
        AllowedHosts
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Contains(host.Trim('[', ']'), StringComparer.OrdinalIgnoreCase);
}
