namespace Jobs.Kinds.Queries;

/// <summary>What became of one search of several: an answer, or the failure that it alone has.</summary>
internal readonly record struct SearchResult(SearchAnswer? Answer, TimeoutException? Timeout);
