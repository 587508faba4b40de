using System.Text;
using System.Text.RegularExpressions;
using Jobs.Batches;
using Jobs.Recurring;

namespace Jobs.Web.Api.Submission;

/// <summary>
/// Gathers what a caller says of a schedule; what it says of its batches goes to the draft, and so do all errors: one
/// answer names them all. Not thread-safe.
/// </summary>
internal sealed partial class ScheduleFields(string name, DraftBuilder draft)
{
    private CronLine? cron;
    private TimeZoneInfo? zone = TimeZoneInfo.Utc;
    private bool saidCron;
    private bool enabled = true;
    private MissedTicks missed = MissedTicks.RunOnce;

    /// <summary>Whether there can be a schedule of that name.</summary>
    public static bool IsName(string name) => NamePattern().IsMatch(name);

    /// <summary>Takes a field by its path in the contract; says whether it is one of a schedule.</summary>
    public bool TryTake(string path, FieldValue value) =>
        path switch
        {
            "cron" => SetCron(value),
            "timeZone" => SetZone(value),
            "enabled" => SetEnabled(value),
            "missedTicks" => SetMissed(value),
            "after" or "afterPolicy" or "options.notBefore" => Refuse(
                path,
                "is of no use in a schedule: it says itself when its batches start"
            ),
            _ => false,
        };

    /// <summary>The schedule, once everything was said.</summary>
    /// <exception cref="BatchRefusedException">A rule is broken, here or by an item.</exception>
    public async Task<ScheduleDefinition> BuildAsync(
        BatchSubmitter submitter,
        IEnumerable<ReadOnlyMemory<byte>> items,
        CancellationToken cancellationToken
    )
    {
        if (!IsName(name))
        {
            draft.Refuse(
                "name",
                $"must have 1 to {ScheduleLimits.NameLength} of A-Z, a-z, 0-9, '.', '_' and '-', the first a letter or digit"
            );
        }
        if (!saidCron)
        {
            draft.Refuse("cron", "is required");
        }
        var batch = draft.Build();
        return new ScheduleDefinition(
            name,
            cron!,
            zone!,
            batch,
            await CheckAsync(submitter, batch, items, cancellationToken),
            enabled,
            missed
        );
    }

    // As a submission checks them, without its end.
    private static async Task<string> CheckAsync(
        BatchSubmitter submitter,
        BatchDraft draft,
        IEnumerable<ReadOnlyMemory<byte>> items,
        CancellationToken cancellationToken
    )
    {
        var lines = new StringBuilder();
        var bytes = 0;
        await using var batch = submitter.Begin(draft);
        foreach (var item in items)
        {
            bytes += item.Length + 1;
            if (bytes > ScheduleLimits.ItemsBytes)
            {
                throw new BatchRefusedException(
                    "items",
                    $"must have at most {ScheduleLimits.ItemsBytes} bytes together"
                );
            }
            await batch.AddAsync(item, cancellationToken);
            // Line breaks between the tokens of an item become spaces: it is kept as a line.
            lines
                .Append(Encoding.UTF8.GetString(item.Span).Replace('\n', ' ').Replace('\r', ' '))
                .Append('\n');
        }
        batch.Verify();
        return lines.ToString(0, lines.Length - 1);
    }

    private bool SetCron(FieldValue value)
    {
        saidCron = true;
        if (!value.IsString || value.Text.Length > ScheduleLimits.CronLength)
        {
            return Refuse(
                "cron",
                $"must be a text of at most {ScheduleLimits.CronLength} characters, such as '0 6 * * 1-5'"
            );
        }
        return CronLine.TryParse(value.Text, out cron, out var rule) || Refuse("cron", rule);
    }

    private bool SetZone(FieldValue value) =>
        value.IsNull
        || (value.IsString && TimeZones.TryFind(value.Text, out zone))
        || Refuse("timeZone", "must be the IANA name of a time zone, such as 'Europe/Berlin'");

    private bool SetEnabled(FieldValue value)
    {
        enabled = value.Text != "false";
        return value.IsBoolean || Refuse("enabled", "must be true or false");
    }

    private bool SetMissed(FieldValue value)
    {
        missed = value.Text == "skip" ? MissedTicks.Skip : MissedTicks.RunOnce;
        return (value.IsString && value.Text is ("skip" or "runOnce"))
            || Refuse("missedTicks", "must be 'runOnce' or 'skip'");
    }

    private bool Refuse(string field, string message)
    {
        draft.Refuse(field, message);
        return true;
    }

    [GeneratedRegex(
        "^[A-Za-z0-9][A-Za-z0-9._-]{0,99}\\z",
        RegexOptions.None,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex NamePattern();
}
