namespace Jobs.Parser.Extraction.Rtf;

/// <summary>What the text of a group is for.</summary>
internal enum RtfDestination
{
    Text,

    /// <summary>A note, a header, a box: text with paragraphs of its own.</summary>
    Aside,
    Skipped,
    Fonts,
    Title,
    Author,

    /// <summary>The name of a property of a shape.</summary>
    Property,

    /// <summary>Its value.</summary>
    Value,
}

/// <summary>Which words begin which destination.</summary>
internal static class RtfDestinations
{
    private static readonly HashSet<string> Asides = new(StringComparer.Ordinal)
    {
        "footnote",
        "header",
        "headerl",
        "headerr",
        "headerf",
        "footer",
        "footerl",
        "footerr",
        "footerf",
        "annotation",
        "shptxt",
        "dptxbxtext",
    };

    private static readonly HashSet<string> Skipped = new(StringComparer.Ordinal)
    {
        "colortbl",
        "stylesheet",
        "pict",
        "objdata",
        "fldinst",
        "listtext",
        "pntext",
        "themedata",
        "datastore",
        "revtbl",
        "rsidtbl",
        "generator",
        "xmlnstbl",
        "subject",
        "keywords",
        "comment",
        "doccomm",
        "operator",
        "manager",
        "company",
        "category",
        "hlinkbase",
        "creatim",
        "revtim",
        "printim",
        "buptim",
        "atnid",
        "atnauthor",
        "atntime",
        "atnref",
        "nonshppict",
        "template",
        "filetbl",
        "listtable",
        "bkmkstart",
        "bkmkend",
        "ftnsep",
        "ftnsepc",
        "ftncn",
        "aftnsep",
        "aftnsepc",
        "aftncn",
        "tc",
        "xe",
        "shprslt",
    };

    /// <summary>What a word begins; null where it begins nothing.</summary>
    /// <param name="isOptional">Whether readers that do not know it are asked to leave it out.</param>
    public static RtfDestination? Of(string word, bool isOptional) =>
        word switch
        {
            "fonttbl" => RtfDestination.Fonts,
            "title" => RtfDestination.Title,
            "author" => RtfDestination.Author,
            "sn" => RtfDestination.Property,
            "sv" => RtfDestination.Value,
            // A text twice, for readers that do not know Unicode and for those that do.
            "upr" => RtfDestination.Skipped,
            "ud" => RtfDestination.Text,
            "shpinst" or "shpgrp" or "do" or "fldrslt" or "pard" or "cs" => null,
            _ when Asides.Contains(word) => RtfDestination.Aside,
            _ when isOptional || Skipped.Contains(word) => RtfDestination.Skipped,
            _ => null,
        };
}
