using System.Text.Json.Serialization;

namespace Jobs.Database.Care;

/// <summary>How urgent a recommendation is.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<RecommendationSeverity>))]
public enum RecommendationSeverity
{
    /// <summary>Good to know.</summary>
    Info,

    /// <summary>It costs something already.</summary>
    Warning,

    /// <summary>Data or the service is at risk.</summary>
    Critical,
}
