namespace Jobs.Monitoring.Requests;

/// <summary>The status codes that are counted by themselves; others count as their class, such as 4xx.</summary>
internal static class StatusSlots
{
    private static readonly int[] Codes =
    [
        .. Enumerable.Range(200, 9),
        .. Enumerable.Range(300, 9),
        .. Enumerable.Range(400, 27),
        428,
        429,
        431,
        499,
        .. Enumerable.Range(500, 6),
    ];

    private static readonly byte[] Slots = new byte[600];

    static StatusSlots()
    {
        // The classes follow the codes; what is none of them counts as 5xx.
        for (var status = 0; status < Slots.Length; status++)
        {
            Slots[status] = (byte)(Codes.Length + Math.Max(status / 100, 1) - 1);
        }
        for (var slot = 0; slot < Codes.Length; slot++)
        {
            Slots[Codes[slot]] = (byte)slot;
        }
        Names =
        [
            .. Codes.Select(c => c.ToString(System.Globalization.CultureInfo.InvariantCulture)),
            "1xx",
            "2xx",
            "3xx",
            "4xx",
            "5xx",
        ];
    }

    public static IReadOnlyList<string> Names { get; }

    public static int Of(int status) =>
        (uint)status < (uint)Slots.Length ? Slots[status] : Slots[599];
}
