using Jobs.Hosting;
using Jobs.Tenancy;
using Jobs.Web.Http;

namespace Jobs.Web.Api;

/// <summary>What the process that answers logs, for administrators; changed while it runs, and forgotten when it ends.</summary>
internal static class LoggingApi
{
    private const int MostLength = 200;

    public static void Map(IEndpointRouteBuilder api)
    {
        var logging = api.MapGroup("/system/logging").RequireScope(Scopes.Admin).WithTags("System");
        logging
            .MapGet("", (LogLevels levels) => Results.Ok(LoggingAnswer.Of(levels)))
            .Produces<LoggingAnswer>()
            .WithSummary("The least level that this process logs, by category");
        logging
            .MapPut("", Set)
            .Produces<LoggingAnswer>()
            .ProducesValidationProblem(StatusCodes.Status422UnprocessableEntity)
            .WithSummary("Set the level of a category, or of all, in this process")
            .WithDescription(
                "`category` is the beginning of a name, such as `Jobs.Engine`; without it all that have none of their own. Without `level` what is configured holds again."
            );
    }

    private static IResult Set(LoggingBody body, LogLevels levels)
    {
        var level = LogLevels.Parse(body.Level);
        if (body.Level is not null && level is null)
        {
            return Problems.Invalid(
                "level",
                "must be Verbose, Debug, Information, Warning, Error or Fatal, or absent"
            );
        }
        if (body.Category?.Length > MostLength)
        {
            return Problems.Invalid("category", $"has at most {MostLength} characters");
        }
        return levels.Set(body.Category ?? "", level)
            ? Results.Ok(LoggingAnswer.Of(levels))
            : Problems.Invalid(
                "category",
                $"is one more than the {LogLevels.MostCategories} that may be set"
            );
    }
}

internal sealed record LoggingBody(string? Category, string? Level);

/// <summary>Least levels by category.</summary>
/// <param name="Default">Of all that have none of their own.</param>
internal sealed record LoggingAnswer(string Default, IReadOnlyDictionary<string, string> Categories)
{
    public static LoggingAnswer Of(LogLevels levels)
    {
        var current = levels.Current();
        return new(
            current[""].ToString(),
            current
                .Where(c => c.Key.Length > 0)
                .ToDictionary(c => c.Key, c => c.Value.ToString(), StringComparer.Ordinal)
        );
    }
}
