namespace Jobs.Batches;

/// <summary>The items of one page with what is known of each.</summary>
internal sealed class PageItems(int number, int first, int count, string[]? customIds)
{
    private readonly ItemStatus?[] items = new ItemStatus?[count];

    public int Number => number;

    public int First => first;

    public int Count => count;

    public void AddChunk(bool leased, int attempt, byte[]? positions)
    {
        var state = leased ? ItemState.Running : ItemState.Pending;
        var attempts = leased ? attempt : attempt - 1;
        ItemSet.FromColumn(positions, count).ForEach(p => items[p] = Without(p, state, attempts));
    }

    /// <summary>Adds the outcomes of one row.</summary>
    /// <param name="positions">With <paramref name="lines"/> null: which items are cancelled, null for all.</param>
    /// <param name="superseded">Items that were retried since: what became of them stands elsewhere.</param>
    public void AddOutcomes(int attempt, byte[]? positions, byte[]? lines, byte[] superseded)
    {
        var former = ItemSet.FromColumn(superseded, count);
        if (lines is null)
        {
            var cancelled = ItemSet.FromColumn(positions, count);
            former.ForEach(cancelled.Remove);
            cancelled.ForEach(p => items[p] = Without(p, ItemState.Cancelled, attempt));
            return;
        }
        foreach (var line in OutcomeLine.ParseAll(lines))
        {
            if (!former.Contains(line.Position))
            {
                items[line.Position] = ToStatus(line, first, customIds, attempt);
            }
        }
    }

    public IEnumerable<ItemStatus> Items() =>
        // An item that neither waits nor has an outcome is one whose settlement committed between two reads.
        Enumerable.Range(0, count).Select(p => items[p] ?? Without(p, ItemState.Pending, 0));

    public static ItemStatus ToStatus(
        OutcomeLine line,
        int first,
        string[]? customIds,
        int attempt
    ) =>
        new(
            first + line.Position,
            CustomIdOf(customIds, line.Position),
            line.State,
            attempt,
            line.Microseconds / 1000.0,
            line.Result,
            line.Error
        );

    private static string? CustomIdOf(string[]? customIds, int position) =>
        customIds is not null && customIds[position].Length > 0 ? customIds[position] : null;

    private ItemStatus Without(int position, ItemState state, int attempts) =>
        new(
            first + position,
            CustomIdOf(customIds, position),
            state,
            attempts,
            0,
            default,
            default
        );
}
