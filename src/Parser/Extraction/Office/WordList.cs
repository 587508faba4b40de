namespace Jobs.Parser.Extraction.Office;

/// <summary>A list: of which kind it is, and what of that it changes.</summary>
internal sealed class WordList
{
    public string Kind { get; set; } = "";

    public Dictionary<int, WordLevel> Levels { get; } = [];

    /// <summary>Where levels begin to count anew in this list.</summary>
    public Dictionary<int, int> Starts { get; } = [];
}

/// <summary>What lists of a kind are like. They go on counting where another one of the kind stopped.</summary>
internal sealed class WordListKind
{
    /// <summary>The style of whose list it is, where it says nothing itself.</summary>
    public string? Style { get; set; }

    public Dictionary<int, WordLevel> Levels { get; } = [];

    /// <summary>How far each level has counted; null for one that has not begun.</summary>
    public int?[] Counts { get; } = new int?[WordLevel.Count];

    /// <summary>The lists that have begun at a level.</summary>
    public HashSet<(WordList List, int Level)> Begun { get; } = [];
}
