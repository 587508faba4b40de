using System.Net;
using System.Text.Json;

namespace Jobs.Web.Tests.Api;

/// <summary>What every error of the API is.</summary>
internal static class ProblemAssertions
{
    /// <summary>Checks that an answer is a problem document with this status, and that it names these fields.</summary>
    public static async Task<JsonElement> ShouldBeProblemAsync(
        this HttpResponseMessage answer,
        HttpStatusCode status,
        params string[] fields
    )
    {
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        answer.StatusCode.ShouldBe(status, text);
        answer.Content.Headers.ContentType?.MediaType.ShouldBe("application/problem+json", text);
        var problem = JsonElement.Parse(text);
        problem.GetProperty("status").GetInt32().ShouldBe((int)status);
        problem.GetProperty("title").GetString().ShouldNotBeNullOrWhiteSpace();
        problem.GetProperty("type").GetString().ShouldNotBeNullOrWhiteSpace();
        problem.GetProperty("detail").GetString().ShouldNotBeNullOrWhiteSpace();
        problem.GetProperty("traceId").GetString().ShouldNotBeNullOrWhiteSpace();
        problem
            .GetProperty("instance")
            .GetString()
            .ShouldBe(answer.RequestMessage!.RequestUri!.AbsolutePath);
        if (fields.Length > 0)
        {
            problem
                .GetProperty("errors")
                .EnumerateObject()
                .Select(e => e.Name)
                .ShouldBe(fields, StringComparer.Ordinal, ignoreOrder: true, text);
        }
        return problem;
    }
}
