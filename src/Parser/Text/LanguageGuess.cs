using System.Collections.Frozen;

namespace Jobs.Parser.Text;

/// <summary>
/// The language of a text that declares none, by its commonest short words, or by its script where that has but one
/// language; null where it is not plain.
/// </summary>
internal static class LanguageGuess
{
    /// <summary>How much of a text decides.</summary>
    public const int SampleLength = 20_000;

    private const int FewestWords = 6;

    // Words that stand in nearly every text of a language and seldom in one of another.
    private static readonly (string Language, string Words)[] Commonest =
    [
        (
            "en",
            "the of and to in is that for it with as was on be at by this have from are you not or which were been has their"
        ),
        (
            "de",
            "der die und den das nicht mit sich des auf für ist im dem ein eine als auch es an werden aus er hat dass sie nach wird bei einer um"
        ),
        (
            "fr",
            "de la le et les des en un une du dans est que pour qui sur au par plus ne pas avec ce sont il se aux cette nous vous"
        ),
        (
            "es",
            "de la que el en y los del se las por un para con no una su al lo como más pero sus le ya este porque entre está"
        ),
        (
            "it",
            "di che il la per un è non una del sono con si della dei da nel alla delle gli più anche come questo ha le"
        ),
        (
            "pt",
            "de que do da em um para com não uma os no se na por mais as dos como mas ao ele das seu sua ou são também pelo"
        ),
        (
            "nl",
            "de het van een en in is dat op te zijn met voor niet aan er om ook als bij door naar uit wordt heeft deze"
        ),
        (
            "sv",
            "och att det som en på är av för med den till inte har om ett var jag men han hon från kan eller när"
        ),
        (
            "da",
            "og det at en den til er som på de med han af for ikke der var mig sig men et har om vi havde efter"
        ),
        (
            "no",
            "og det som en på er av for med til at den ikke har om et var jeg men han fra kan eller vi etter hun ble"
        ),
        (
            "fi",
            "ja on ei se että oli hän joka mutta ovat kun niin tai myös sen hänen jos ole olla kuin mukaan"
        ),
        (
            "hu",
            "a az és hogy nem is egy ez de meg volt csak már még van mint azt ha vagy el minden lehet"
        ),
        (
            "ro",
            "de și în la cu pe din că nu o un pentru este a se mai sau care prin fi sunt dar ca după"
        ),
        (
            "tr",
            "ve bir bu da de için ile çok olarak daha olan gibi ne kadar sonra en her değil ise var ama"
        ),
        ("pl", "w i na z się nie do to że jest o jak od za po przez dla są ale tym jego oraz"),
        ("cs", "a se na v je že to s z do o i jako za by pro ale jsem byl jeho který které nebo"),
        ("ru", "и в не на что с он как это по но из у к за от так для же его был или мы бы"),
        ("uk", "і в не на що з він як це по але із у та за від для його був або ми й є"),
        ("el", "και το να του η της με που την από για στο ο οι τα είναι δεν στη τον των"),
    ];

    private static readonly FrozenDictionary<string, string[]> LanguagesOf = Commonest
        .SelectMany(c => c.Words.Split(' ').Select(w => (Word: w, c.Language)))
        .GroupBy(p => p.Word, StringComparer.Ordinal)
        .ToFrozenDictionary(
            g => g.Key,
            g => g.Select(p => p.Language).ToArray(),
            StringComparer.Ordinal
        );

    // Scripts of one language, by ranges of characters; kana before the ideographs, which Japanese has too.
    private static readonly (string Language, char From, char To)[] Scripts =
    [
        ("ja", '\u3040', '\u30FF'),
        ("ko", '\uAC00', '\uD7A3'),
        ("zh", '\u4E00', '\u9FFF'),
        ("he", '\u0590', '\u05FF'),
        ("ar", '\u0600', '\u06FF'),
        ("hi", '\u0900', '\u097F'),
        ("th", '\u0E00', '\u0E7F'),
    ];

    /// <summary>A BCP 47 code, or null.</summary>
    public static string? Of(string text)
    {
        var sample = text.AsSpan(0, Math.Min(text.Length, SampleLength));
        return OfScript(sample) ?? OfWords(sample);
    }

    private static string? OfScript(ReadOnlySpan<char> text)
    {
        var letters = 0;
        Span<int> counts = stackalloc int[Scripts.Length];
        foreach (var c in text)
        {
            letters += char.IsLetter(c) ? 1 : 0;
            for (var i = 0; i < Scripts.Length; i++)
            {
                counts[i] += c >= Scripts[i].From && c <= Scripts[i].To ? 1 : 0;
            }
        }
        for (var i = 0; i < Scripts.Length; i++)
        {
            // Japanese is kana and ideographs: a few kana make it that.
            var least = Scripts[i].Language == "ja" ? letters / 10 : letters / 2;
            if (counts[i] > 0 && counts[i] > least)
            {
                return Scripts[i].Language;
            }
        }
        return null;
    }

    private static string? OfWords(ReadOnlySpan<char> text)
    {
        var scores = new Dictionary<string, int>(StringComparer.Ordinal);
        var words = 0;
        var lookup = LanguagesOf.GetAlternateLookup<ReadOnlySpan<char>>();
        Span<char> lower = stackalloc char[12];
        var start = -1;
        for (var i = 0; i <= text.Length; i++)
        {
            var inWord = i < text.Length && char.IsLetter(text[i]);
            if (inWord && start < 0)
            {
                start = i;
            }
            else if (!inWord && start >= 0)
            {
                words++;
                var word = text[start..i];
                start = -1;
                if (word.Length > lower.Length)
                {
                    continue;
                }
                var count = word.ToLowerInvariant(lower);
                if (lookup.TryGetValue(lower[..count], out var languages))
                {
                    foreach (var language in languages)
                    {
                        scores[language] = scores.GetValueOrDefault(language) + 1;
                    }
                }
            }
        }
        var best = scores.OrderByDescending(s => s.Value).Take(2).ToList();
        // Of the words of any prose a fifth and more are among the commonest; names, tables and code have fewer.
        return
            best.Count > 0
            && words >= FewestWords
            && best[0].Value >= Math.Max(3, words / 7)
            && (best.Count == 1 || best[0].Value > best[1].Value)
            ? best[0].Key
            : null;
    }
}
