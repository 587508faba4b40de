namespace Jobs.RateLimiting;

/// <summary>Names endpoints: a method and a path as the OpenAPI document has it, with <c>*</c> for any or for the rest.</summary>
internal static class EndpointPattern
{
    public static bool Is(string pattern) =>
        pattern.Split(' ') is [{ Length: > 0 } method, ['/', ..]]
        && (method == "*" || method.All(char.IsAsciiLetterUpper))
        && !pattern.AsSpan(method.Length, pattern.Length - method.Length - 1).Contains('*')
        && !pattern.Any(char.IsControl);

    public static bool Matches(string pattern, string method, string path)
    {
        var at = pattern.IndexOf(' ', StringComparison.Ordinal);
        var verb = pattern.AsSpan(0, at);
        var route = pattern.AsSpan(at + 1);
        return (verb is "*" || verb.Equals(method, StringComparison.OrdinalIgnoreCase))
            && (
                route[^1] == '*'
                    ? path.AsSpan().StartsWith(route[..^1], StringComparison.OrdinalIgnoreCase)
                    : path.AsSpan().Equals(route, StringComparison.OrdinalIgnoreCase)
            );
    }
}
