namespace Jobs.Kinds.Queries.Ranking;

/// <summary>What a word of a text is in one configuration, and where it stands.</summary>
internal readonly record struct LexemeRow(
    int Text,
    string Config,
    string Lexeme,
    IReadOnlyList<short> Positions
);
