namespace Jobs.Parser.Extraction.Rtf;

internal enum RtfTokenKind
{
    End,
    Open,
    Close,

    /// <summary>A byte of text, in the code page of the present font.</summary>
    Byte,

    /// <summary>A control word or symbol.</summary>
    Word,
}

/// <summary>What an RTF file consists of.</summary>
/// <param name="Word">Without its backslash; empty for other kinds.</param>
/// <param name="Number">The number after a word, or the byte; null where a word has none.</param>
internal readonly record struct RtfToken(RtfTokenKind Kind, string Word = "", int? Number = null);
