namespace Jobs.Kinds.Queries.Index;

/// <summary>
/// The ranking function BM25 (Robertson and Walker, SIGIR 1994; this form of the inverse document frequency, which is
/// never negative, after Lucene).
/// </summary>
internal static class Bm25
{
    /// <summary>How often a word of the title counts.</summary>
    public const int TitleWeight = 2;

    // Saturation of repeated words, and how much the length of a passage counts.
    private const double K1 = 1.5;
    private const double B = 0.75;

    /// <summary>What a word is worth by its rarity.</summary>
    public static double Weight(long passages, long withWord) =>
        Math.Log(1 + ((passages - withWord + 0.5) / (withWord + 0.5)));

    /// <summary>By the code of a passage's length, what is added to the count of a word below the line.</summary>
    public static float[] Norms(double averageLength)
    {
        var norms = new float[256];
        for (var code = 0; code < norms.Length; code++)
        {
            var length = PassageLength.Decode((byte)code) / Math.Max(1, averageLength);
            norms[code] = (float)(K1 * (1 - B + (B * length)));
        }
        return norms;
    }

    /// <summary>The share of a word's weight that a passage gets, 0 to 1.</summary>
    public static float Impact(Posting posting, float[] norms) =>
        posting.Count / (posting.Count + norms[posting.Length]);
}
