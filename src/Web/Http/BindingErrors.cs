using System.Text.Json;
using System.Text.RegularExpressions;

namespace Jobs.Web.Http;

/// <summary>
/// Says which parameter of a URL could not be read, and what it must be. ASP.NET Core says so only in a message that
/// names its own types: <c>Failed to bind parameter "Nullable&lt;int&gt; Limit" from "x".</c>
/// </summary>
internal static partial class BindingErrors
{
    /// <summary>The parameter and the rule; null where the message is about something else.</summary>
    public static (string Field, string Rule)? Of(BadHttpRequestException exception) =>
        Message().Match(exception.Message) is { Success: true } match
            ? (
                JsonNamingPolicy.CamelCase.ConvertName(match.Groups["name"].Value),
                RuleOf(match.Groups["type"].Value)
            )
            : null;

    private static string RuleOf(string type) =>
        type.Replace("Nullable<", "", StringComparison.Ordinal).TrimEnd('>', '?') switch
        {
            "int" or "long" or "short" => "must be a whole number",
            "double" or "decimal" => "must be a number",
            "bool" => "must be true or false",
            "Guid" => "must be a UUID",
            "DateTimeOffset" => "must be a time such as 2030-01-31T12:00:00Z",
            _ => "has the wrong form",
        };

    [GeneratedRegex(
        "^Failed to bind parameter \"(?<type>\\S+) (?<name>\\w+)\" from ",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Message();
}
