namespace Jobs.Bench.SideBySide;

/// <summary>What is handed in: how many items, in batches of which size, by how many callers at once.</summary>
/// <param name="Items">For those that take some ten thousand a second.</param>
/// <param name="WorkMs">How long the handler waits; 0 for not at all.</param>
/// <param name="Lanes">How many items run at once; null for what each does best.</param>
internal sealed record Shape(
    string Name,
    int Items,
    int BatchItems,
    int Submitters = 1,
    int WorkMs = 0,
    int? Lanes = null
)
{
    // One caller cannot keep a server busy with single items.
    private const int Callers = 8;

    // The product's default number of slots.
    private const int Slots = 8;

    /// <summary>The shapes that are measured; the largest has so many items.</summary>
    public static IReadOnlyList<Shape> All(int items) =>
        [
            new("batches of 1", Math.Max(Callers, items / 50), 1, Callers),
            new("batches of 100", Math.Max(100, items / 5), 100),
            new("batches of 10,000", items / 2, 10_000),
            new("batches of 100,000", items, 100_000),
            new("1 ms items, 8 at once", Math.Max(Slots, items / 5), 10_000, 1, 1, Slots),
        ];
}
