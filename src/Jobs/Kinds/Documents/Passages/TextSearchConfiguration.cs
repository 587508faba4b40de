namespace Jobs.Kinds.Documents.Passages;

/// <summary>Which of PostgreSQL's configurations divides and stems the words of a language.</summary>
internal static class TextSearchConfiguration
{
    /// <summary>Of documents whose language is not known, and of the queries that name none.</summary>
    public const string Default = "english";

    /// <summary>For a language that PostgreSQL knows no stems of.</summary>
    private const string Plain = "simple";

    /// <summary>The configuration of a BCP 47 tag.</summary>
    public static string Of(string? language) =>
        language is null
            ? Default
            : language.Split('-', '_')[0].ToLowerInvariant() switch
            {
                "en" => "english",
                "de" => "german",
                "fr" => "french",
                "es" => "spanish",
                "it" => "italian",
                "pt" => "portuguese",
                "nl" => "dutch",
                "sv" => "swedish",
                "da" => "danish",
                "no" or "nb" or "nn" => "norwegian",
                "fi" => "finnish",
                "hu" => "hungarian",
                "ro" => "romanian",
                "tr" => "turkish",
                "ru" => "russian",
                "el" => "greek",
                "ar" => "arabic",
                "ca" => "catalan",
                "eu" => "basque",
                "ga" => "irish",
                "hi" => "hindi",
                "id" => "indonesian",
                "lt" => "lithuanian",
                "ne" => "nepali",
                "sr" => "serbian",
                "ta" => "tamil",
                "yi" => "yiddish",
                "hy" => "armenian",
                _ => Plain,
            };
}
