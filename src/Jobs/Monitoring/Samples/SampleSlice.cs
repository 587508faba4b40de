using System.Text.Json;

namespace Jobs.Monitoring.Samples;

/// <summary>What one node has counted since it last wrote. Not thread-safe.</summary>
internal sealed class SampleSlice(int number)
{
    /// <summary>Most rows of a slice: what is beyond them is left out, and said to be.</summary>
    public const int MostRows = 10_000;

    private readonly List<SampleRow> rows = [];

    /// <summary>Counts up by one from slice to slice of a node.</summary>
    public int Number { get; } = number;

    public IReadOnlyList<SampleRow> Rows => rows;

    public int LeftOut { get; private set; }

    /// <summary>Something that was counted.</summary>
    public void Count(
        string name,
        long count,
        int? tenantId = null,
        params ReadOnlySpan<(string Name, string Value)> labels
    ) => Add(new(name, Labels(labels), tenantId, count, count, 0, 0, null));

    /// <summary>Something that was counted, and the sum of what each was.</summary>
    public void Total(
        string name,
        long count,
        long sum,
        int? tenantId = null,
        params ReadOnlySpan<(string Name, string Value)> labels
    ) => Add(new(name, Labels(labels), tenantId, count, sum, 0, 0, null));

    /// <summary>Something that was looked at once.</summary>
    public void Value(
        string name,
        double value,
        params ReadOnlySpan<(string Name, string Value)> labels
    ) => Add(new(name, Labels(labels), null, 1, value, value, value, null));

    /// <summary>Values that were counted in buckets.</summary>
    public void Distribution(
        string name,
        SampleValues values,
        int? tenantId = null,
        params ReadOnlySpan<(string Name, string Value)> labels
    ) =>
        Add(
            new(
                name,
                Labels(labels),
                tenantId,
                values.Count,
                values.Sum,
                values.Min,
                values.Max,
                values.Buckets
            )
        );

    private void Add(SampleRow row)
    {
        if (row.Count <= 0 && row.Sum <= 0)
        {
            return;
        }
        if (rows.Count == MostRows)
        {
            LeftOut++;
            return;
        }
        rows.Add(row);
    }

    private static string Labels(ReadOnlySpan<(string Name, string Value)> labels)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            foreach (var (name, value) in labels)
            {
                json.WriteString(name, value);
            }
            json.WriteEndObject();
        }
        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }
}

/// <summary>A row of <c>metric_samples</c> before it has its time.</summary>
/// <param name="Labels">A JSON object.</param>
internal sealed record SampleRow(
    string Name,
    string Labels,
    int? TenantId,
    long Count,
    double Sum,
    double Min,
    double Max,
    byte[]? Buckets
);

/// <summary>How many values there were, and how large.</summary>
internal readonly record struct SampleValues(
    long Count,
    double Sum,
    double Min,
    double Max,
    byte[]? Buckets
);
