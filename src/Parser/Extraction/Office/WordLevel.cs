namespace Jobs.Parser.Extraction.Office;

/// <summary>A level of a list.</summary>
internal sealed class WordLevel
{
    /// <summary>Levels that a list has.</summary>
    public const int Count = 9;

    /// <summary>Where it begins to count: at 0 where nothing is said.</summary>
    public int Start { get; private set; }

    public string Format { get; private set; } = "decimal";

    /// <summary>What is written, with %1 for the number of the first level.</summary>
    public string Text { get; private set; } = "";

    /// <summary>The style whose paragraphs are of this level.</summary>
    public string? Style { get; private set; }

    /// <summary>Whether the numbers of all levels are in digits.</summary>
    public bool IsLegal { get; private set; }

    /// <summary>A deeper level begins anew after this one or a higher one; 0 for never.</summary>
    public int? Restart { get; private set; }

    /// <summary>Takes what an element within it says.</summary>
    public void Take(string element, string? value)
    {
        switch (element)
        {
            case "start":
                Start = WordLists.Number(value) ?? Start;
                break;
            case "numFmt":
                Format = value ?? Format;
                break;
            case "lvlText":
                Text = value ?? "";
                break;
            case "pStyle":
                Style = value;
                break;
            case "isLgl":
                IsLegal = true;
                break;
            case "lvlRestart":
                Restart = WordLists.Number(value);
                break;
            default:
                break;
        }
    }
}
