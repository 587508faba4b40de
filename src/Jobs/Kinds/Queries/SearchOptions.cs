using System.ComponentModel.DataAnnotations;

namespace Jobs.Kinds.Queries;

/// <summary>Search, bound from the section <c>Jobs:Search</c>.</summary>
public sealed class SearchOptions
{
    public const string Section = "Jobs:Search";

    /// <summary>How long one search may take. Default 5 s; at least 10 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:05:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Most postings that one search reads, four bytes each. Of words that would take more, the passages are read in
    /// which they count most. Default 2,000,000.
    /// </summary>
    [Range(10_000, 100_000_000)]
    public int MostPostings { get; set; } = 2_000_000;

    /// <summary>Bytes of this process's memory for what it knows of segments: some 20 a document. Default 128 MB.</summary>
    [Range(1024 * 1024, long.MaxValue)]
    public long MapBytes { get; set; } = 128L * 1024 * 1024;
}
