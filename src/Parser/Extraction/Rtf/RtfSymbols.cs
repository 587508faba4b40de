namespace Jobs.Parser.Extraction.Rtf;

/// <summary>Control words that are characters.</summary>
internal static class RtfSymbols
{
    /// <summary>The character of a word; empty for words that are none.</summary>
    public static string Of(string word) =>
        word switch
        {
            "tab" => "\t",
            "line" or "lbr" => "\n",
            "~" => "\u00A0",
            "_" => "\u2011",
            "emdash" => "—",
            "endash" => "–",
            "bullet" => "•",
            "lquote" => "‘",
            "rquote" => "’",
            "ldblquote" => "“",
            "rdblquote" => "”",
            "emspace" or "enspace" or "qmspace" => " ",
            _ => "",
        };
}
