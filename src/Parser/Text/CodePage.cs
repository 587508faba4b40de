using System.Text;

namespace Jobs.Parser.Text;

/// <summary>A single-byte encoding that files are found in without saying so, and what is written in it.</summary>
/// <param name="Number">Of Windows.</param>
/// <param name="Doubt">What it costs to be taken for it: of two that read a text alike the commoner one is it.</param>
/// <param name="Alphabets">
/// The letters beyond ASCII of each language, the commonest first; most of a text are of one of them.
/// </param>
internal sealed record CodePage(int Number, double Doubt, params string[] Alphabets)
{
    private static readonly string[] Western =
    [
        "üäöß",
        "éèàçêœôâûîùïëüæÿ",
        "óíáéñúü",
        "ãéçáêíóõúâôàü",
        "àèìòùéíóú",
        "åäöé",
        "æøåéöü",
        "íáðéóýúæþö",
        "éëïöüèáóí",
        "àéèíçóòúïü",
        "äöåé",
        "äõüö",
    ];

    private static readonly string[] Central =
    [
        "ęłąóżśćńź",
        "íáěéýřčžšůúťňóďĺ",
        "áíéčžýšúľťôňäóďŕĺ",
        "éáőöóíüúű",
        "ăîşţâ",
        "čžšćđ",
        "üäöß",
    ];

    private static readonly string[] Cyrillic =
    [
        Russian,
        "оанивіртескдлумпзяьбгйчхцжюїєфшщґ",
        "аніеорслктдвпмуязыьбгйчцўхжюшэфё",
        "аоиентрсвлдкпмзугябъчжйцшщюхфь",
        "аиоенсрјтукдвмпљзгбњжшцћхчђџф",
        "аоиетнрсвдклпмјузбгчшцжќњфѓљџѕх",
    ];

    private const string Russian = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё";
    private const string Greek = "αοιετσνηυρίόάπέκμλςωήδύγχώθφξζβψϊϋΐΰ";
    private const string Hebrew = "יוהלאמרתבשנםכדעחקפצגטזסךןףץ";
    private const string Arabic = "اليمنورتبةدعفهسكقحجشصطىأخذضزثئغءظؤإآپچژگ";
    private const string Thai = "านรอกเงมยลวดทสตะปบคหแพจชขใไโผซถธภศณษำฟฝๆฉญฐฎฏฆฑฒฌฮฬ";

    /// <summary>The commonest first.</summary>
    public static IReadOnlyList<CodePage> All { get; } =
    [
        new(1252, 0, Western),
        new(28605, 0.01, Western),
        new(1250, 0.25, Central),
        new(28592, 0.28, Central),
        new(1251, 0, Cyrillic),
        new(20866, 0.05, Russian),
        new(21866, 0.06, Cyrillic),
        new(866, 0.1, Cyrillic),
        new(28595, 0.1, Cyrillic),
        new(10007, 0.2, Cyrillic),
        new(1253, 0, Greek),
        new(28597, 0.02, Greek),
        new(1254, 0.15, "ıüşöğçâîû"),
        new(1257, 0.2, "āīēšņļūžķčģ", "ėšųįžūąčę", "äõüöšž"),
        new(1255, 0.05, Hebrew),
        new(1256, 0.05, Arabic),
        new(28596, 0.2, Arabic),
        new(874, 0.05, Thai),
        new(10000, 0.2, Western),
        new(850, 0.2, Western),
        new(852, 0.3, Central),
        new(437, 0.3, Western),
    ];

    /// <summary>What old systems write names of files in archives with.</summary>
    public static IReadOnlyList<CodePage> Dos { get; } =
    [
        new(437, 0, Western),
        new(850, 0.01, Western),
        new(866, 0.02, Cyrillic),
        new(852, 0.1, Central),
        .. All.Where(p => p.Number is 1252 or 1250 or 1251 or 1253)
            .Select(p => p with { Doubt = p.Doubt + 0.2 }),
    ];

    public Encoding Encoding => Encoding.GetEncoding(Number);
}
