using System.Text.Json.Serialization;

namespace Jobs.Health;

/// <summary>How a check was found.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<CheckStatus>))]
public enum CheckStatus
{
    Ok,
    Warn,

    /// <summary>The score of the whole is 49 at most.</summary>
    Red,
}

/// <summary>One of the things that the score is made of.</summary>
/// <param name="Value">What was measured; null where it is not known.</param>
/// <param name="Unit">Of the value and the thresholds.</param>
/// <param name="Warn">From here on it takes <paramref name="Penalty"/> from the score.</param>
/// <param name="Red">From here on it is red.</param>
/// <param name="Penalty">What it takes from the score now.</param>
/// <param name="Impact">What follows for callers where it is not well.</param>
/// <param name="Advice">What to do about it.</param>
public sealed record HealthCheck(
    string Name,
    CheckStatus Status,
    double? Value,
    string Unit,
    double? Warn,
    double? Red,
    int Penalty,
    string Impact,
    string Advice
);
