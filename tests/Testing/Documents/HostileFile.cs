namespace Jobs.Testing.Documents;

/// <summary>A file that is made to do harm.</summary>
/// <param name="Name">As its sender calls it.</param>
/// <param name="Code">Of the error that it must end with; null where it must be read.</param>
/// <param name="Warning">That it must be read with; null for none.</param>
/// <param name="Bytes">Makes it.</param>
public sealed record HostileFile(string Name, string? Code, string? Warning, Func<byte[]> Bytes)
{
    public override string ToString() => Name;
}
