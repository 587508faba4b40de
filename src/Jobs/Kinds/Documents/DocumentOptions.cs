using System.ComponentModel.DataAnnotations;

namespace Jobs.Kinds.Documents;

/// <summary>Documents, bound from the section <c>Jobs:Documents</c>.</summary>
public sealed class DocumentOptions
{
    public const string Section = "Jobs:Documents";

    /// <summary>How long the reading of one document may take, whatever its item is given. Default 60 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Megabytes of memory of one parser process beyond what its runtime takes. Default 640.</summary>
    [Range(128, 16_384)]
    public int ParserMemory { get; set; } = 640;

    /// <summary>Files that one parser process reads before another takes its place. Default 200; 1 for a process a file.</summary>
    [Range(1, 100_000)]
    public int ParserFiles { get; set; } = 200;

    /// <summary>What text in pictures may be written in, as tesseract names it, such as <c>eng+deu</c>. Default <c>eng</c>; empty for no recognition.</summary>
    [RegularExpression("[A-Za-z_+]*")]
    public string OcrLanguages { get; set; } = "eng";

    /// <summary>Pages of a scanned PDF that are recognised at most. Default 20.</summary>
    [Range(1, 1_000)]
    public int OcrPages { get; set; } = 20;

    /// <summary>Where originals are kept. Default <c>Database</c>; <c>S3</c> needs the section <c>Jobs:Documents:S3</c>.</summary>
    public OriginalPlace Originals { get; set; } = OriginalPlace.Database;
}

/// <summary>A place for originals.</summary>
public enum OriginalPlace
{
    Database,
    S3,
}
