using System.Text.Json;
using Jobs.Batches;
using Jobs.Features;
using Jobs.Kinds;
using Jobs.Tenancy;
using Jobs.Web.Http;

namespace Jobs.Web.Api;

/// <summary>Switches, for administrators: in force here at once, on all nodes within 5 s.</summary>
internal static class SystemFeaturesApi
{
    private static readonly (string Name, string WhenOff)[] Known =
    [
        (FeatureNames.Batch, "refused"),
        (FeatureNames.Caching, "bypassed"),
        (FeatureNames.RateLimiting, "bypassed"),
        (FeatureNames.Notifications, "refused"),
    ];

    public static void Map(IEndpointRouteBuilder api)
    {
        var features = api.MapGroup("/system/features")
            .RequireScope(Scopes.Admin)
            .WithTags("System");
        features.MapGet("", ListAsync).Produces<FeatureList>().WithSummary("How features stand");
        features
            .MapPut("", SetAsync)
            .Produces<FeatureList>()
            .ProducesValidationProblem(StatusCodes.Status422UnprocessableEntity)
            .WithSummary("Switch features on and off, all that are named or none")
            .WithDescription(
                "`{\"batch\": false, \"kinds.document\": false, \"caching\": null}`: null leaves one to the configuration again. In force on this node at once, on every node within 5 s."
            );
    }

    private static async Task<IResult> ListAsync(
        FeatureStore store,
        FeatureSwitches switches,
        KindRegistry kinds,
        CancellationToken cancellationToken
    ) => Results.Ok(await AnswerAsync(store, switches, kinds, cancellationToken));

    private static async Task<IResult> SetAsync(
        HttpContext context,
        Dictionary<string, JsonElement> body,
        FeatureStore store,
        FeatureSwitches switches,
        KindRegistry kinds,
        CancellationToken cancellationToken
    )
    {
        var changes = new Dictionary<string, bool?>(StringComparer.Ordinal);
        var faults = new List<BatchError>();
        foreach (var (name, value) in body)
        {
            if (!Names(kinds).Contains(name, StringComparer.Ordinal))
            {
                faults.Add(new(name, $"must be one of {string.Join(", ", Names(kinds))}"));
            }
            else if (
                value.ValueKind
                is not (JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null)
            )
            {
                faults.Add(new(name, "must be true, false or null"));
            }
            else
            {
                changes[name] =
                    value.ValueKind == JsonValueKind.Null
                        ? null
                        : value.ValueKind == JsonValueKind.True;
            }
        }
        if (body.Count == 0)
        {
            faults.Add(new("$", "must name a feature"));
        }
        if (faults.Count > 0)
        {
            return Problems.Invalid(faults, faults.Count, malformed: false);
        }
        var caller = context.GetCaller();
        await store.SetAsync(changes, $"{caller.Tenant} / {caller.KeyName}", cancellationToken);
        return Results.Ok(await AnswerAsync(store, switches, kinds, cancellationToken));
    }

    private static IEnumerable<string> Names(KindRegistry kinds) =>
        Known
            .Select(k => k.Name)
            .Concat(
                kinds.All.Select(k => FeatureNames.OfKind(k.Name)).Order(StringComparer.Ordinal)
            );

    private static async Task<FeatureList> AnswerAsync(
        FeatureStore store,
        FeatureSwitches switches,
        KindRegistry kinds,
        CancellationToken cancellationToken
    )
    {
        var set = await store.ListAsync(cancellationToken);
        return new FeatureList([
            .. Names(kinds)
                .Select(name => new FeatureAnswer(
                    name,
                    set.GetValueOrDefault(name)?.Enabled ?? switches.IsConfigured(name),
                    switches.IsConfigured(name),
                    Array.Find(Known, k => k.Name == name).WhenOff ?? "refused",
                    set.GetValueOrDefault(name)?.SetAt,
                    set.GetValueOrDefault(name)?.SetBy
                )),
        ]);
    }
}

internal sealed record FeatureList(IReadOnlyList<FeatureAnswer> Items);

/// <summary>How a feature stands.</summary>
/// <param name="Configured">How it stands where nobody sets it.</param>
/// <param name="WhenOff"><c>refused</c>: what needs it answers 503; <c>bypassed</c>: requests are answered without it.</param>
/// <param name="SetAt">When it was set while the service runs; null where it was not.</param>
internal sealed record FeatureAnswer(
    string Name,
    bool Enabled,
    bool Configured,
    string WhenOff,
    DateTimeOffset? SetAt,
    string? SetBy
);
