using Jobs.Batches;
using Jobs.Recurring;

namespace Jobs.Web.Ui.Schedules;

/// <summary>What stands in the form of a schedule, as it was written, and what is wrong with it.</summary>
/// <param name="IsNew">Whether it is to be created; otherwise it has its name already.</param>
public sealed record ScheduleForm(
    bool IsNew,
    string Name,
    string Cron,
    string TimeZone,
    string Kind,
    string Priority,
    string Items,
    string MissedTicks,
    bool Enabled,
    IReadOnlyList<BatchError> Errors
)
{
    public static ScheduleForm Empty { get; } =
        new(true, "", "", "UTC", "query", "normal", "{\"q\":\"\"}", "runOnce", true, []);

    public static ScheduleForm Of(Schedule schedule, string items) =>
        new(
            false,
            schedule.Name,
            schedule.Cron,
            schedule.TimeZone,
            schedule.Kind,
            schedule.Priority.ToName(),
            items,
            schedule.MissedTicks == Recurring.MissedTicks.Skip ? "skip" : "runOnce",
            schedule.Enabled,
            []
        );

    public static ScheduleForm Of(IFormCollection form, bool isNew, string name) =>
        new(
            isNew,
            isNew ? form["name"].ToString().Trim() : name,
            form["cron"].ToString(),
            form["timeZone"].ToString().Trim(),
            form["kind"].ToString(),
            form["priority"].ToString(),
            form["items"].ToString(),
            form["missedTicks"].ToString(),
            form["enabled"].Count > 0,
            []
        );

    /// <summary>What is wrong with a field, or with what stands in it; null where nothing is.</summary>
    public string? ErrorOf(string field)
    {
        var errors = Errors
            .Where(e =>
                e.Field == field || e.Field.StartsWith($"{field}[", StringComparison.Ordinal)
            )
            .Take(5)
            .Select(e => e.Field == field ? e.Message : $"{e.Field} {e.Message}")
            .ToList();
        return errors.Count == 0 ? null : string.Join("; ", errors);
    }

    /// <summary>What is wrong beside the fields that the form has.</summary>
    public IEnumerable<string> OtherErrors =>
        Errors
            .Where(e =>
                !(
                    (string[])
                        ["name", "cron", "timeZone", "kind", "priority", "items", "missedTicks"]
                ).Any(f => e.Field == f || e.Field.StartsWith($"{f}[", StringComparison.Ordinal))
            )
            .Select(e => $"{e.Field} {e.Message}");
}
