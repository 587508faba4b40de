using System.ComponentModel.DataAnnotations;

namespace Jobs.Kinds.Queries;

/// <summary>Search, bound from the section <c>Jobs:Search</c>.</summary>
public sealed class SearchOptions
{
    public const string Section = "Jobs:Search";

    /// <summary>How long PostgreSQL may work on one search. Default 5 s; at least 10 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:05:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);
}
