namespace Jobs.Recurring;

/// <summary>A schedule of the tenant <c>system</c> that the product brings.</summary>
/// <param name="Items">A JSON value a line.</param>
public sealed record BuiltInSchedule(string Name, string Cron, string Kind, string Items);
