namespace Jobs.Bench.Report;

/// <summary>Prints what <c>docs/performance.md</c> shows.</summary>
internal static class Markdown
{
    public static void Table(IReadOnlyList<string> head, IEnumerable<IReadOnlyList<string>> rows)
    {
        Console.WriteLine();
        Row(head);
        Row([.. head.Select(_ => "---")]);
        foreach (var row in rows)
        {
            Row(row);
        }
        Console.WriteLine();
    }

    private static void Row(IReadOnlyList<string> cells) =>
        Console.WriteLine($"| {string.Join(" | ", cells)} |");
}
