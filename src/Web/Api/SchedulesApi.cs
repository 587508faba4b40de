using System.Globalization;
using Jobs.Batches;
using Jobs.Caching;
using Jobs.Features;
using Jobs.Kinds;
using Jobs.Notifications.Webhooks;
using Jobs.Recurring;
using Jobs.Tenancy;
using Jobs.Web.Api.Submission;
using Jobs.Web.Http;
using Jobs.Web.Http.Caching;
using Jobs.Web.Http.Features;
using Jobs.Web.Http.Idempotency;
using Microsoft.AspNetCore.Mvc;

namespace Jobs.Web.Api;

/// <summary>What recurs.</summary>
internal static class SchedulesApi
{
    // The list has what the last runs became, which nobody tells the cache.
    private static readonly TimeSpan RunsMayBeOld = TimeSpan.FromSeconds(2);

    private const int MaxBody = 2 * ScheduleLimits.ItemsBytes;
    private static readonly ReadOnlyMemory<byte> EmptyItem = "{}"u8.ToArray();

    public static void Map(IEndpointRouteBuilder api)
    {
        var schedules = api.MapGroup("/schedules").WithTags("Schedules");
        schedules
            .MapGet("", ListAsync)
            .RequireScope(Scopes.Read)
            .CacheResponse(
                CacheNamespaces.ApiResponse,
                ttl: RunsMayBeOld,
                stale: TimeSpan.Zero,
                tags: ScheduleStore.CacheTag
            )
            .Produces<ScheduleList>()
            .WithSummary("List schedules by name, without their items");
        schedules
            .MapGet("/{name}", GetAsync)
            .RequireScope(Scopes.Read)
            .Produces<ScheduleAnswer>()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("A schedule with its items");
        schedules
            .MapPut("/{name}", PutAsync)
            .RequireScope(Scopes.Submit)
            .WithMetadata(new RequestSizeLimitAttribute(MaxBody))
            .Accepts<ScheduleBody>("application/json")
            .Produces<ScheduleAnswer>()
            .Produces<ScheduleAnswer>(StatusCodes.Status201Created)
            .ProducesValidationProblem(StatusCodes.Status422UnprocessableEntity)
            .WithSummary("Create or replace a schedule")
            .WithDescription(
                "`cron` has the five standard fields, in `timeZone` (IANA, default UTC). `missedTicks` is `runOnce` (default) or `skip`; `enabled: false` pauses it. The rest is as in a submission."
            );
        schedules
            .MapDelete("/{name}", DeleteAsync)
            .RequireScope(Scopes.Submit)
            .Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Delete a schedule and its history; its batches stay");
        schedules
            .MapPost("/{name}/run", RunAsync)
            .RequireScope(Scopes.Submit)
            .RequireFeature(FeatureNames.Batch)
            .Produces<BatchStatus>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .WithSummary("Submit its batch now, whether it is paused or not");
        schedules
            .MapGet("/{name}/runs", ListRunsAsync)
            .RequireScope(Scopes.Read)
            .Produces<ScheduleRunList>()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("What became of its last 100 ticks, newest first");
    }

    private static async Task<IResult> ListAsync(
        HttpContext context,
        ScheduleStore schedules,
        CancellationToken cancellationToken
    )
    {
        var found = await schedules.ListAsync(context.GetCaller().TenantId, cancellationToken);
        return Results.Ok(new ScheduleList([.. found.Select(s => ScheduleAnswer.Of(s))]));
    }

    private static async Task<IResult> GetAsync(
        string name,
        HttpContext context,
        ScheduleStore schedules,
        CancellationToken cancellationToken
    )
    {
        var tenant = context.GetCaller().TenantId;
        return
            ScheduleFields.IsName(name)
            && await schedules.GetAsync(tenant, name, cancellationToken) is { } schedule
            && await schedules.ItemsAsync(tenant, name, cancellationToken) is { } items
            ? Results.Ok(ScheduleAnswer.Of(schedule, items))
            : Problems.NotFound("schedule");
    }

    private static async Task<IResult> PutAsync(
        string name,
        HttpContext context,
        ScheduleStore schedules,
        BatchSubmitter submitter,
        KindRegistry kinds,
        CallbackUrls callbacks,
        CancellationToken cancellationToken
    )
    {
        if (!context.Request.HasJsonContentType())
        {
            return Results.StatusCode(StatusCodes.Status415UnsupportedMediaType);
        }
        var caller = context.GetCaller();
        var draft = new DraftBuilder(kinds, caller, callbacks);
        var fields = new ScheduleFields(name, draft);
        using var reader = new BodyReader();
        var body = new JsonSubmission(
            await reader.ReadAsync(context.Request, cancellationToken),
            draft,
            "items",
            fields.TryTake
        );
        body.ReadEnvelope(requireItems: false);
        var schedule = await fields.BuildAsync(
            submitter,
            body.HasItems ? body.Items() : [EmptyItem],
            cancellationToken
        );
        var result = await schedules.PutAsync(schedule, cancellationToken);
        if (result == PutResult.TooMany)
        {
            return Problems.Invalid(
                "name",
                $"would be one too many: a tenant has at most {ScheduleLimits.PerTenant} schedules"
            );
        }
        var put = await schedules.GetAsync(caller.TenantId, name, cancellationToken);
        if (put is null)
        {
            // Deleted by somebody else in this moment.
            return Problems.NotFound("schedule");
        }
        var answer = ScheduleAnswer.Of(put, schedule.Items);
        return result == PutResult.Created
            ? Results.Created(answer.Links.Self, answer)
            : Results.Ok(answer);
    }

    private static async Task<IResult> DeleteAsync(
        string name,
        HttpContext context,
        ScheduleStore schedules,
        CancellationToken cancellationToken
    ) =>
        ScheduleFields.IsName(name)
        && await schedules.DeleteAsync(context.GetCaller().TenantId, name, cancellationToken)
            ? Results.NoContent()
            : Problems.NotFound("schedule");

    private static Task<IResult> RunAsync(
        string name,
        HttpContext context,
        ScheduleRunner runner,
        CancellationToken cancellationToken
    ) =>
        runner.RunAsync(
            context.GetCaller().TenantId,
            name,
            (batch, enter) =>
                context.AcceptAsync(batch, status => status, enter, cancellationToken),
            cancellationToken
        );

    private static async Task<IResult> ListRunsAsync(
        string name,
        HttpContext context,
        ScheduleStore schedules,
        int? limit,
        string? cursor,
        CancellationToken cancellationToken
    )
    {
        var before = long.MaxValue;
        if (
            cursor is not null
            && !long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out before)
        )
        {
            return Problems.Invalid("cursor", "must be a nextCursor of an earlier answer");
        }
        if (limit is < 1 or > ApiLimits.ListMost)
        {
            return Problems.Invalid("limit", $"must be from 1 to {ApiLimits.ListMost}");
        }
        var tenant = context.GetCaller().TenantId;
        if (
            !ScheduleFields.IsName(name)
            || await schedules.GetAsync(tenant, name, cancellationToken) is null
        )
        {
            return Problems.NotFound("schedule");
        }
        var most = limit ?? ApiLimits.ListDefault;
        var runs = await schedules.RunsAsync(tenant, name, before, most + 1, cancellationToken);
        return Results.Ok(
            new ScheduleRunList(
                [.. runs.Take(most).Select(ScheduleRunAnswer.Of)],
                runs.Count > most ? runs[most - 1].Id.ToString(CultureInfo.InvariantCulture) : null
            )
        );
    }
}
