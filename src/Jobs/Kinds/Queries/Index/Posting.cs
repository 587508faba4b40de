using System.Runtime.InteropServices;

namespace Jobs.Kinds.Queries.Index;

/// <summary>That a passage has a word, in the four bytes in which it is stored (little endian).</summary>
/// <param name="Passage">The passage's number in its segment.</param>
/// <param name="Count">How often the word counts: those of the text once, those of the title more; 255 is as many or more.</param>
/// <param name="Length">The passage's length; see <see cref="PassageLength"/>.</param>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal readonly record struct Posting(ushort Passage, byte Count, byte Length)
{
    public const int Bytes = 4;
}

/// <summary>Lengths of passages in one byte: exact up to 32, then in steps of 4.4 %.</summary>
internal static class PassageLength
{
    private const int Exact = 32;
    private const double StepsPerOctave = 16;

    public static byte Encode(int length) =>
        length <= Exact
            ? (byte)length
            : (byte)
                Math.Min(
                    255,
                    Exact + Math.Round(StepsPerOctave * Math.Log2(length / (double)Exact))
                );

    public static double Decode(byte code) =>
        code <= Exact ? code : Exact * Math.Pow(2, (code - Exact) / StepsPerOctave);
}
