namespace Jobs.Engine;

/// <summary>The items of a page: its lines.</summary>
internal sealed class PageLines
{
    private readonly byte[] page;
    private readonly int[] starts;

    public PageLines(byte[] page, int count)
    {
        this.page = page;
        starts = new int[count + 1];
        var start = 0;
        for (var line = 1; line < count; line++)
        {
            start += page.AsSpan(start).IndexOf((byte)'\n') + 1;
            starts[line] = start;
        }
        starts[count] = page.Length + 1;
    }

    public ReadOnlyMemory<byte> this[int position] =>
        page.AsMemory(starts[position], starts[position + 1] - 1 - starts[position]);
}
