using System.Globalization;
using System.Text;
using Jobs.Batches;
using Jobs.Kinds;
using Jobs.Notifications.Webhooks;
using Jobs.Recurring;
using Jobs.Tenancy;
using Jobs.Web.Api.Submission;

namespace Jobs.Web.Ui.Schedules;

/// <summary>Saves a schedule from its form, by the rules of the API. Thread-safe.</summary>
internal sealed class ScheduleSaving(
    ScheduleStore schedules,
    BatchSubmitter submitter,
    KindRegistry kinds,
    CallbackUrls callbacks
)
{
    private static readonly Dictionary<string, string> NoMetadata = [];

    /// <summary>Saves it; the form with what is wrong where it was refused, else null.</summary>
    public async Task<ScheduleForm?> SaveAsync(
        Caller caller,
        ScheduleForm form,
        CancellationToken cancellationToken
    )
    {
        try
        {
            var draft = new DraftBuilder(kinds, caller, callbacks);
            var fields = new ScheduleFields(form.Name, draft);
            fields.TryTake("cron", FieldValue.OfQuery(form.Cron));
            fields.TryTake("timeZone", FieldValue.OfQuery(form.TimeZone));
            fields.TryTake("missedTicks", FieldValue.OfQuery(form.MissedTicks));
            fields.TryTake(
                "enabled",
                FieldValue.OfQuery(form.Enabled ? "true" : "false") with
                {
                    IsBoolean = true,
                }
            );
            draft.TrySet("kind", FieldValue.OfQuery(form.Kind));
            draft.TrySet("priority", FieldValue.OfQuery(form.Priority));
            if (ScheduleFields.IsName(form.Name))
            {
                await KeepOptionsAsync(caller, form, draft, cancellationToken);
            }
            var schedule = await fields.BuildAsync(
                submitter,
                form.Items.Split(
                        '\n',
                        StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries
                    )
                    .Select(line => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(line)),
                cancellationToken
            );
            return await schedules.PutAsync(schedule, cancellationToken) == PutResult.TooMany
                ? Refused(
                    form,
                    $"would be one too many: there may be {ScheduleLimits.PerTenant} schedules"
                )
                : null;
        }
        catch (BatchRefusedException e)
        {
            return form with { Errors = e.Errors };
        }
    }

    // What the form does not show stays as it was said over the API.
    private async Task KeepOptionsAsync(
        Caller caller,
        ScheduleForm form,
        DraftBuilder draft,
        CancellationToken cancellationToken
    )
    {
        var there = await schedules.GetAsync(caller.TenantId, form.Name, cancellationToken);
        if (form.IsNew)
        {
            if (there is not null)
            {
                draft.Refuse("name", "is that of a schedule which is there already");
            }
            return;
        }
        var options = there?.Options ?? new ScheduleOptions();
        foreach (
            var (name, value) in ((string, long?)[])
                [
                    ("maxAttempts", options.MaxAttempts),
                    ("itemTimeoutMs", options.ItemTimeoutMs),
                    ("expiresAfterSeconds", options.ExpiresAfterSeconds),
                    ("concurrency", options.Concurrency),
                ]
        )
        {
            if (value is { } number)
            {
                draft.TrySetOption(
                    $"options.{name}",
                    name,
                    FieldValue.OfQuery(number.ToString(CultureInfo.InvariantCulture))
                );
            }
        }
        if (options.Strict)
        {
            draft.TrySetOption("options.validate", "validate", FieldValue.OfQuery("strict"));
        }
        if (options.CallbackUrl is { } url)
        {
            draft.TrySet("callbackUrl", FieldValue.OfQuery(url));
        }
        foreach (var (key, value) in options.Metadata ?? NoMetadata)
        {
            draft.SetMetadata(key, FieldValue.OfQuery(value));
        }
    }

    private static ScheduleForm Refused(ScheduleForm form, string message) =>
        form with
        {
            Errors = [new BatchError("name", message)],
        };
}
