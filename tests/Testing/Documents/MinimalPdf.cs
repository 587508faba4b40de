using System.Globalization;
using System.Text;

namespace Jobs.Testing.Documents;

/// <summary>Writes the smallest PDF that has a title, an author and a line of text on each page.</summary>
public static class MinimalPdf
{
    public static byte[] Of(string title, string author, params string[] pages)
    {
        var objects = new List<string>
        {
            "<< /Type /Catalog /Pages 2 0 R >>",
            $"<< /Type /Pages /Count {pages.Length} /Kids [{string.Join(' ', pages.Select((_, i) => $"{5 + (2 * i)} 0 R"))}] >>",
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
            $"<< /Title ({title}) /Author ({author}) >>",
        };
        foreach (var page in pages)
        {
            var content = $"BT /F1 12 Tf 72 720 Td ({page}) Tj ET";
            objects.Add(
                $"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {objects.Count + 2} 0 R /Resources << /Font << /F1 3 0 R >> >> >>"
            );
            objects.Add($"<< /Length {content.Length} >>\nstream\n{content}\nendstream");
        }
        return Write(objects);
    }

    /// <summary>A page with files attached to it, whose content is text.</summary>
    public static byte[] Attached(string page, params (string Name, string Content)[] files)
    {
        var content = $"BT /F1 12 Tf 72 720 Td ({page}) Tj ET";
        var names = files.Select((f, i) => $"({f.Name}) {7 + (2 * i)} 0 R");
        List<string> objects =
        [
            $"<< /Type /Catalog /Pages 2 0 R /Names << /EmbeddedFiles << /Names [{string.Join(' ', names)}] >> >> >>",
            "<< /Type /Pages /Count 1 /Kids [6 0 R] >>",
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
            "<< /Title (Attached) >>",
            $"<< /Length {content.Length} >>\nstream\n{content}\nendstream",
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 5 0 R /Resources << /Font << /F1 3 0 R >> >> >>",
        ];
        foreach (var (name, text) in files)
        {
            objects.Add(
                $"<< /Type /Filespec /F ({name}) /UF ({name}) /EF << /F {objects.Count + 2} 0 R >> >>"
            );
            objects.Add(
                $"<< /Type /EmbeddedFile /Length {text.Length} >>\nstream\n{text}\nendstream"
            );
        }
        return Write(objects);
    }

    /// <summary>As many pages as are asked for, which share what is on them.</summary>
    public static byte[] Repeated(string page, int times)
    {
        var content = $"BT /F1 12 Tf 72 720 Td ({page}) Tj ET";
        List<string> objects =
        [
            "<< /Type /Catalog /Pages 2 0 R >>",
            $"<< /Type /Pages /Count {times} /Kids [{string.Join(' ', Enumerable.Range(6, times).Select(i => $"{i} 0 R"))}] >>",
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
            "<< /Title (Many pages) >>",
            $"<< /Length {content.Length} >>\nstream\n{content}\nendstream",
            .. Enumerable.Repeat(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 5 0 R /Resources << /Font << /F1 3 0 R >> >> >>",
                times
            ),
        ];
        return Write(objects);
    }

    /// <summary>A page, and beside it so many bytes that nothing shows.</summary>
    public static byte[] Padded(string page, int length)
    {
        var content = $"BT /F1 12 Tf 72 720 Td ({page}) Tj ET";
        return Write([
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Count 1 /Kids [6 0 R] >>",
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
            "<< /Title (Large) >>",
            $"<< /Length {content.Length} >>\nstream\n{content}\nendstream",
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 5 0 R /Resources << /Font << /F1 3 0 R >> >> >>",
            $"<< /Length {length} >>\nstream\n{new string('x', length)}\nendstream",
        ]);
    }

    /// <summary>A page whose further objects, from number 7 on, and whose content are given.</summary>
    /// <param name="content">What is drawn, in the font F1.</param>
    /// <param name="page">Further entries of the page.</param>
    /// <param name="catalog">The same of the catalog.</param>
    /// <param name="font">The font F1.</param>
    /// <param name="objects">Further objects.</param>
    public static byte[] Drawn(
        string content,
        string page = "",
        string catalog = "",
        string font = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        params string[] objects
    ) =>
        Write([
            $"<< /Type /Catalog /Pages 2 0 R {catalog} >>",
            "<< /Type /Pages /Count 1 /Kids [5 0 R] >>",
            font,
            "<< /Title (Drawn) >>",
            $"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 6 0 R /Resources << /Font << /F1 3 0 R >> >> {page} >>",
            $"<< /Length {content.Length} >>\nstream\n{content}\nendstream",
            .. objects,
        ]);

    private static byte[] Write(List<string> objects)
    {
        var pdf = new StringBuilder("%PDF-1.4\n");
        var offsets = new List<int>();
        for (var i = 0; i < objects.Count; i++)
        {
            offsets.Add(pdf.Length);
            pdf.Append(CultureInfo.InvariantCulture, $"{i + 1} 0 obj\n{objects[i]}\nendobj\n");
        }
        var table = pdf.Length;
        pdf.Append(
            CultureInfo.InvariantCulture,
            $"xref\n0 {objects.Count + 1}\n0000000000 65535 f \n"
        );
        foreach (var offset in offsets)
        {
            pdf.Append(CultureInfo.InvariantCulture, $"{offset:D10} 00000 n \n");
        }
        pdf.Append(
            CultureInfo.InvariantCulture,
            $"trailer\n<< /Size {objects.Count + 1} /Root 1 0 R /Info 4 0 R >>\nstartxref\n{table}\n%%EOF\n"
        );
        return Encoding.Latin1.GetBytes(pdf.ToString());
    }
}
