using System.ComponentModel.DataAnnotations;

namespace Jobs.Kinds.Queries;

/// <summary>Search, bound from the section <c>Jobs:Search</c>.</summary>
public sealed class SearchOptions
{
    public const string Section = "Jobs:Search";

    /// <summary>How long one search may take. Default 5 s; at least 10 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:05:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long all queries of one request together may take. Default 30 s; at least 100 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan RequestTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Most postings that one search reads, four bytes each. Of words that would take more, the passages are read in
    /// which they count most. Default 2,000,000.
    /// </summary>
    [Range(10_000, 100_000_000)]
    public int MostPostings { get; set; } = 2_000_000;

    /// <summary>Bytes of this process's memory for what it knows of segments: some 20 a document. Default 128 MB.</summary>
    [Range(1024 * 1024, long.MaxValue)]
    public long MapBytes { get; set; } = 128L * 1024 * 1024;

    /// <summary>
    /// How many of a tenant's most frequent searches of the last day are kept answered, so that nobody waits for them.
    /// Default 20, at most 200; 0: none, and nothing is written down of what is asked.
    /// </summary>
    [Range(0, MostFrequent)]
    public int Frequent { get; set; } = 20;

    /// <summary>How often a process writes down what it was asked. Default 1 min.</summary>
    public TimeSpan CountInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long no document must have come or gone before they are answered anew. Default 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan WarmDelay { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How often they are answered anew while documents come and go all the time. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan MostWarmDelay { get; set; } = TimeSpan.FromSeconds(30);

    internal const int MostFrequent = 200;
}
