using System.Text.Json.Serialization;

namespace Jobs.Recurring;

/// <summary>What becomes of the ticks of a schedule that no worker was there for.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<MissedTicks>))]
public enum MissedTicks
{
    /// <summary>All of them are made up for by one batch.</summary>
    RunOnce,

    /// <summary>They are left out.</summary>
    Skip,
}

internal static class MissedTicksExtensions
{
    /// <summary>The name in the database.</summary>
    public static string ToName(this MissedTicks missed) =>
        missed == MissedTicks.Skip ? "skip" : "run_once";

    public static MissedTicks FromName(string name) =>
        name == "skip" ? MissedTicks.Skip : MissedTicks.RunOnce;
}
