using Jobs.Health;
using Jobs.Tenancy;
using Jobs.Web.Http;

namespace Jobs.Web.Api;

/// <summary>How the service is, for administrators.</summary>
internal static class SystemHealthApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var system = api.MapGroup("/system").RequireScope(Scopes.Admin).WithTags("System");
        system
            .MapGet("/health/detailed", ExamineAsync)
            .Produces<HealthReport>()
            .WithSummary("A score from 0 to 100, and the checks that it is made of")
            .WithDescription(
                "100 less the penalties of the checks; 49 at most where one of them is red. Each says its value, its thresholds, what follows and what to do. Answers 200 whatever the score, also while the database is away."
            );
        system
            .MapGet("/resources", (ResourceReader resources) => Results.Ok(resources.Read()))
            .Produces<ResourceReport>()
            .WithSummary("Processors, memory, garbage collection, threads and disk of the node");
    }

    private static async Task<IResult> ExamineAsync(
        HealthExaminer examiner,
        CancellationToken cancellationToken
    ) => Results.Ok(await examiner.ExamineAsync(cancellationToken));
}
