namespace Jobs.Notifications.Webhooks;

/// <summary>When a failed delivery is sent again.</summary>
internal static class WebhookRetries
{
    /// <summary>As the Standard Webhooks specification suggests.</summary>
    public static readonly IReadOnlyList<TimeSpan> Delays =
    [
        TimeSpan.FromSeconds(5),
        TimeSpan.FromMinutes(5),
        TimeSpan.FromMinutes(30),
        TimeSpan.FromHours(2),
        TimeSpan.FromHours(5),
        TimeSpan.FromHours(10),
        TimeSpan.FromHours(14),
    ];

    /// <summary>
    /// The pause after a failure, up to a tenth longer than planned: deliveries that failed together do not come back
    /// together. Null when there is none left.
    /// </summary>
    /// <param name="used">Pauses that have been used.</param>
    /// <param name="random">In [0, 1).</param>
    public static TimeSpan? After(int used, IReadOnlyList<TimeSpan> delays, double random) =>
        used < delays.Count ? delays[used] * (1 + (random / 10)) : null;
}
