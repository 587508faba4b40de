using System.Text.Json.Serialization;

namespace Jobs.Auditing;

/// <summary>What became of a call.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<AuditOutcome>))]
public enum AuditOutcome
{
    /// <summary>It was done; of a change, in the same transaction as the entry where it has one.</summary>
    Done,

    /// <summary>A repeat was answered with the answer to the first call.</summary>
    Repeated,

    /// <summary>The caller may not, or the call was not one that could be done.</summary>
    Refused,

    /// <summary>The service failed over it.</summary>
    Failed,
}
