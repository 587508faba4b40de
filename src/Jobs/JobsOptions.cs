namespace Jobs;

/// <summary>Settings of the whole program; section <c>Jobs</c>.</summary>
public sealed class JobsOptions
{
    public const string Section = "Jobs";
    public const string NativeEngine = "Native";

    /// <summary>
    /// Where what is not in the database is kept: the embedded database and the admin key. Relative paths start at the
    /// content root. Default: <c>.local</c> in the repository, or in the current directory outside of one.
    /// </summary>
    public string? DataDirectory { get; set; }

    /// <summary>The key of the first administrator, at least 32 characters; made on the first start when empty.</summary>
    public string? AdminKey { get; set; }

    /// <summary>
    /// What brings work to this process: <c>Native</c>, or <c>Hangfire</c> in a build that has it. The section of the
    /// same name holds what both go by; where it has keys and no value, this is empty. Default Native.
    /// </summary>
    public string? Engine { get; set; }

    internal string EngineName => string.IsNullOrEmpty(Engine) ? NativeEngine : Engine;
}
