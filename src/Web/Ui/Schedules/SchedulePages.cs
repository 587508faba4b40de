using Jobs.Features;
using Jobs.Kinds;
using Jobs.Recurring;
using Jobs.Tenancy;
using Jobs.Web.Api.Submission;
using Jobs.Web.Http;
using Jobs.Web.Http.Features;
using Microsoft.AspNetCore.Mvc;

namespace Jobs.Web.Ui.Schedules;

/// <summary>The schedules, one of them, and the form that makes and changes them.</summary>
internal static class SchedulePages
{
    private const int RunsOnPage = 50;
    private const int MaxForm = 4 * ScheduleLimits.ItemsBytes;

    public static void Map(IEndpointRouteBuilder reading, IEndpointRouteBuilder steering)
    {
        reading.MapGet("/schedules", ListAsync);
        reading.MapGet("/schedules/{name}", OpenAsync);
        // Not below /schedules: any name may be that of a schedule.
        steering.MapGet("/new-schedule", New);
        steering.MapGet("/schedules/{name}/edit", EditAsync);
        steering
            .MapPost("/new-schedule", CreateAsync)
            .WithMetadata(new RequestSizeLimitAttribute(MaxForm));
        steering
            .MapPost("/schedules/{name}/edit", SaveAsync)
            .WithMetadata(new RequestSizeLimitAttribute(MaxForm));
        steering.MapPost("/schedules/{name}/pause", PauseAsync);
        steering.MapPost("/schedules/{name}/resume", ResumeAsync);
        steering.MapPost("/schedules/{name}/run", RunAsync).RequireFeature(FeatureNames.Batch);
        steering.MapPost("/schedules/{name}/delete", DeleteAsync);
    }

    private static async Task<IResult> ListAsync(
        HttpContext context,
        ScheduleStore schedules,
        CancellationToken cancellationToken
    ) =>
        Page.Of<SchedulesPage>(
            new
            {
                Schedules = await schedules.ListAsync(
                    context.GetCaller().TenantId,
                    cancellationToken
                ),
            }
        );

    private static async Task<IResult> OpenAsync(
        HttpContext context,
        string name,
        ScheduleStore schedules,
        CancellationToken cancellationToken
    )
    {
        var tenant = context.GetCaller().TenantId;
        if (
            !ScheduleFields.IsName(name)
            || await schedules.GetAsync(tenant, name, cancellationToken) is not { } schedule
        )
        {
            return Http.Problems.NotFound("schedule");
        }
        var runs = await schedules.RunsAsync(tenant, name, null, RunsOnPage, cancellationToken);
        return Page.Of<SchedulePage>(new { Schedule = schedule, Runs = runs });
    }

    private static IResult New(HttpContext context, KindRegistry kinds) =>
        Form(context, kinds, ScheduleForm.Empty);

    private static async Task<IResult> EditAsync(
        HttpContext context,
        string name,
        ScheduleStore schedules,
        KindRegistry kinds,
        CancellationToken cancellationToken
    )
    {
        var tenant = context.GetCaller().TenantId;
        return
            ScheduleFields.IsName(name)
            && await schedules.GetAsync(tenant, name, cancellationToken) is { } schedule
            && await schedules.ItemsAsync(tenant, name, cancellationToken) is { } items
            ? Form(context, kinds, ScheduleForm.Of(schedule, items))
            : Http.Problems.NotFound("schedule");
    }

    private static Task<IResult> CreateAsync(
        HttpContext context,
        [FromForm] IFormCollection form,
        ScheduleSaving saving,
        KindRegistry kinds,
        CancellationToken cancellationToken
    ) =>
        SaveFormAsync(
            context,
            ScheduleForm.Of(form, isNew: true, ""),
            saving,
            kinds,
            cancellationToken
        );

    private static Task<IResult> SaveAsync(
        HttpContext context,
        string name,
        [FromForm] IFormCollection form,
        ScheduleSaving saving,
        KindRegistry kinds,
        CancellationToken cancellationToken
    ) =>
        SaveFormAsync(
            context,
            ScheduleForm.Of(form, isNew: false, name),
            saving,
            kinds,
            cancellationToken
        );

    private static async Task<IResult> SaveFormAsync(
        HttpContext context,
        ScheduleForm form,
        ScheduleSaving saving,
        KindRegistry kinds,
        CancellationToken cancellationToken
    ) =>
        await saving.SaveAsync(context.GetCaller(), form, cancellationToken) is { } refused
            ? Form(context, kinds, refused, StatusCodes.Status422UnprocessableEntity)
            : TypedResults.LocalRedirect($"/schedules/{form.Name}");

    private static async Task<IResult> PauseAsync(
        HttpContext context,
        string name,
        ScheduleStore schedules,
        CancellationToken cancellationToken
    ) => await EnableAsync(context, name, false, schedules, cancellationToken);

    private static async Task<IResult> ResumeAsync(
        HttpContext context,
        string name,
        ScheduleStore schedules,
        CancellationToken cancellationToken
    ) => await EnableAsync(context, name, true, schedules, cancellationToken);

    private static async Task<IResult> EnableAsync(
        HttpContext context,
        string name,
        bool enabled,
        ScheduleStore schedules,
        CancellationToken cancellationToken
    ) =>
        ScheduleFields.IsName(name)
        && await schedules.SetEnabledAsync(
            context.GetCaller().TenantId,
            name,
            enabled,
            cancellationToken
        )
            ? TypedResults.LocalRedirect($"/schedules/{name}")
            : Http.Problems.NotFound("schedule");

    private static Task<IResult> RunAsync(
        HttpContext context,
        string name,
        ScheduleRunner runner,
        CancellationToken cancellationToken
    ) =>
        runner.RunAsync(
            context.GetCaller().TenantId,
            name,
            async (batch, enter) =>
            {
                await batch.CommitAsync(enter, cancellationToken);
                return TypedResults.LocalRedirect($"/batches/{batch.Id}");
            },
            cancellationToken
        );

    private static async Task<IResult> DeleteAsync(
        HttpContext context,
        string name,
        ScheduleStore schedules,
        CancellationToken cancellationToken
    )
    {
        if (ScheduleFields.IsName(name))
        {
            await schedules.DeleteAsync(context.GetCaller().TenantId, name, cancellationToken);
        }
        return TypedResults.LocalRedirect("/schedules");
    }

    private static IResult Form(
        HttpContext context,
        KindRegistry kinds,
        ScheduleForm form,
        int status = StatusCodes.Status200OK
    ) =>
        Page.Of<ScheduleFormPage>(
            new
            {
                Form = form,
                Kinds = (IReadOnlyList<string>)
                    [
                        .. kinds
                            .All.Where(k =>
                                k.SubmittedAsJson
                                && (!k.AdminOnly || context.GetCaller().May(Scopes.Admin))
                            )
                            .Select(k => k.Name)
                            .Order(StringComparer.Ordinal),
                    ],
            },
            status
        );
}
