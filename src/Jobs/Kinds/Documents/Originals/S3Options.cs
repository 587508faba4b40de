namespace Jobs.Kinds.Documents;

/// <summary>
/// The object store of originals, where <see cref="DocumentOptions.Originals"/> is <c>S3</c>; bound from the section
/// <c>Jobs:Documents:S3</c>.
/// </summary>
public sealed class S3Options
{
    public const string Section = "Jobs:Documents:S3";

    /// <summary>Where the store is, for those other than Amazon's, such as <c>https://minio.example:9000</c>; empty for Amazon's.</summary>
    public string? ServiceUrl { get; set; }

    /// <summary>Default <c>us-east-1</c>.</summary>
    public string Region { get; set; } = "us-east-1";

    /// <summary>An existing bucket.</summary>
    public string Bucket { get; set; } = "";

    /// <summary>What the name of every object begins with. Default <c>originals/</c>.</summary>
    public string Prefix { get; set; } = "originals/";

    /// <summary>Empty to take credentials from where Amazon's tools find them.</summary>
    public string? AccessKey { get; set; }

    public string? SecretKey { get; set; }
}
