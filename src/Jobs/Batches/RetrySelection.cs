using System.Text.Json;

namespace Jobs.Batches;

/// <summary>
/// The items that are to be executed again, of one row of outcomes, and what the row says without them. Not thread-safe.
/// </summary>
internal sealed class RetrySelection
{
    private readonly SortedDictionary<string, int> codes = new(StringComparer.Ordinal);

    private RetrySelection(OutcomeRow row)
    {
        // The texts may be large: of one row at a time they are held.
        Row = row with
        {
            Outcomes = null,
        };
        Superseded = ItemSet.Empty(row.PageCount);
        Items = ItemSet.Empty(row.PageCount);
    }

    public OutcomeRow Row { get; }

    public ItemSet Items { get; }

    /// <summary>With those of former retries.</summary>
    public ItemSet Superseded { get; }

    /// <summary>Failures that are left in the row.</summary>
    public int Failed { get; private set; }

    /// <summary>Cancelled items that are left in the row.</summary>
    public int Cancelled { get; private set; }

    /// <summary>Codes of the failures that are left; null for none.</summary>
    public string? ErrorCodes =>
        codes.Count == 0
            ? null
            : JsonSerializer.Serialize(codes, BatchJson.Default.SortedDictionaryStringInt32);

    public static RetrySelection Of(OutcomeRow row, RetryRequest request)
    {
        var selection = new RetrySelection(row);
        var former = ItemSet.FromColumn(row.Superseded ?? [], row.PageCount);
        former.ForEach(selection.Superseded.Add);
        foreach (var (position, state, code) in OutcomesOf(row))
        {
            if (!former.Contains(position))
            {
                selection.Take(position, state, code, request);
            }
        }
        return selection;
    }

    private static IEnumerable<(int Position, ItemState State, string? Code)> OutcomesOf(
        OutcomeRow row
    )
    {
        if (row.Outcomes is not null)
        {
            return OutcomeLine
                .ParseAll(row.Outcomes)
                .Select(line =>
                    (
                        line.Position,
                        line.State,
                        line.State == ItemState.Failed ? ErrorGroup.CodeOf(line.Error) : null
                    )
                );
        }
        // Cancelled without having been opened.
        var items = ItemSet.FromColumn(row.Items, row.PageCount);
        return Enumerable
            .Range(0, row.PageCount)
            .Where(items.Contains)
            .Select(position => (position, ItemState.Cancelled, (string?)null));
    }

    private void Take(int position, ItemState state, string? code, RetryRequest request)
    {
        if (state == request.Status && (request.ErrorCode is null || request.ErrorCode == code))
        {
            Items.Add(position);
            Superseded.Add(position);
        }
        else if (state == ItemState.Failed)
        {
            Failed++;
            codes[code!] = codes.GetValueOrDefault(code!) + 1;
        }
        else if (state == ItemState.Cancelled)
        {
            Cancelled++;
        }
    }
}

/// <summary>A row of <c>outcome_pages</c>.</summary>
internal sealed record OutcomeRow(
    int Page,
    int PageCount,
    long Version,
    int Part,
    short Attempt,
    byte[]? Items,
    byte[]? Outcomes,
    byte[]? Superseded
);
