namespace Jobs.Batches;

public static class PriorityExtensions
{
    /// <summary>All, the most urgent first.</summary>
    public static IReadOnlyList<Priority> All { get; } = Enum.GetValues<Priority>();

    /// <summary>The name in the API and in configuration.</summary>
    public static string ToName(this Priority priority) =>
        priority switch
        {
            Priority.High => "high",
            Priority.Normal => "normal",
            Priority.Low => "low",
            _ => throw new ArgumentOutOfRangeException(nameof(priority)),
        };

    /// <summary>The priority of a name; null where there is none.</summary>
    public static Priority? FromName(string? name)
    {
        foreach (var priority in All)
        {
            if (string.Equals(priority.ToName(), name, StringComparison.Ordinal))
            {
                return priority;
            }
        }
        return null;
    }
}
