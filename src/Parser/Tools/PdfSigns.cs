using System.Text;
using Jobs.Parser.Extraction;

namespace Jobs.Parser.Tools;

/// <summary>
/// Whether a PDF may have things of a kind. What has none in plain sight, nor objects that are packed, is not asked for
/// them: a process costs more than a look.
/// </summary>
internal static class PdfSigns
{
    private const string Packed = "/ObjStm";

    /// <summary>Looks through the whole file.</summary>
    /// <param name="signs">Names that such things have.</param>
    public static async Task<bool> AnyAsync(
        SourceFile file,
        IEnumerable<string> signs,
        CancellationToken ct
    )
    {
        byte[][] wanted = [.. signs.Append(Packed).Select(Encoding.ASCII.GetBytes)];
        var longest = wanted.Max(s => s.Length);
        await using var stream = file.OpenRead();
        var buffer = new byte[128 * 1024];
        var kept = 0;
        int read;
        while ((read = await stream.ReadAsync(buffer.AsMemory(kept), ct)) > 0)
        {
            var held = buffer.AsMemory(0, kept + read);
            if (Array.Exists(wanted, s => held.Span.IndexOf(s) >= 0))
            {
                return true;
            }
            kept = Math.Min(held.Length, longest);
            held[^kept..].CopyTo(buffer);
        }
        return false;
    }
}
