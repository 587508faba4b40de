using System.Text.Json.Serialization;

namespace Jobs.Database.Care;

/// <summary>What is done to a table or an index.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<MaintenanceAction>))]
public enum MaintenanceAction
{
    /// <summary>Statistics for the planner.</summary>
    Analyze,

    /// <summary>Space of dead rows is made free for others, and the table analysed.</summary>
    Vacuum,

    /// <summary>An index is built anew beside the old one, while both are used.</summary>
    Reindex,
}
