using System.IO.Compression;

namespace Jobs.Testing.Documents;

/// <summary>
/// A workbook as Excel 97 has it, of one sheet <c>Ledger</c> with three rows, made with SheetJS and packed: nothing that
/// the tests have writes this format.
/// </summary>
public static class OldWorkbook
{
    public static byte[] Bytes { get; } = Unpack();

    private static byte[] Unpack()
    {
        using var packed = new GZipStream(
            new MemoryStream(Convert.FromBase64String(Packed)),
            CompressionMode.Decompress
        );
        var bytes = new MemoryStream();
        packed.CopyTo(bytes);
        return bytes.ToArray();
    }

    private const string Packed = """
        H4sICP+kBWsCA2EueGxzAO1Xz2sTQRT+ZrLZJmmbbhIFrSiyF0EPpQ3VXtrG4kGKFmkOXgTbUNstNVbSePBW/HFT8A/w4lEQ1IuCeKh/gCg9io
        fUv0Chx5r4zdvddg0eUiuF4r7he5t9u2/m7cyb700+f8o1nr3u30CbjCGBZisNO2JThA5vHP/eoNlqtUJzK5YDJT+JZgCL65cM1jPG/wOzpxNE
        uP5mz3cRKSJNZIhuoofoJbJEn08ByBF5ohDnzYHENPYmFpIq5BLVoY/JNUk0qR9leCiy1TGJ4V2Pn4eW8XVQezqP25erWEYNS6jwuszr344fSi
        c+Zp5eWPhnstvxo3Ju6OzQXsZOp8gCdhKV2seu9JqCTeLY4CnhlfVBzgrfiGu4bfik7BWL9cky9kUmJIZZZWJgWBjlL4WntOZwVCLLiy6Ifinv
        vRc9KnwGzNTWLowE67WpSvLeY9Gu6CxMj2/F54tYBtGP7+LxJNgKSXWe2bWIWdzECWsYIzgC5SIzdbE8gG7qk+zMY3MxMe+iyubCnnaxwuZi/a
        553sAh6WyzbXFj+/7a22VGlv4hnw4Ko9nqEm5gDgvUNTwixSi2LSmjvmS2N4zz24bplVTqoZ5jYTW/c5JQDn23nv9Yv1y5Mn5d7KfFfkb0PbGs
        Rvq/L/YH/iFdZ3fIViyWzgUnd0Y2xZysMlBLH5YMd1j1maxVkuAd3CIZW/q4EJXDqPlhi/wsj2ZPXlihZ4IDKPEUWfVKlj4WhJ2G+kpKNfMwz4
        E8XuvioHcc0Bgf03m8kX8Ypci8vlN9JpjoZC6kCkS0gsgG81KniLbCYr4mJFe9fZdBLH+SX7hkZUMADgAA
        """;
}
