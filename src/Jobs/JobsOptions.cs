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
    /// What brings work to this process: <c>Native</c>, or <c>Hangfire</c> in a build that has it: the value of
    /// <c>Jobs:Engine</c>. Not public, so that it is not bound: the section has keys of its own, and a binder makes no
    /// string of those. Default Native.
    /// </summary>
    internal string Engine { get; set; } = NativeEngine;
}
