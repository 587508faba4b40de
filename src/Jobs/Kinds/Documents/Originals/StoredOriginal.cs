namespace Jobs.Kinds.Documents;

/// <summary>An original that is stored whole.</summary>
/// <param name="Id">Of its blob.</param>
/// <param name="Length">In bytes.</param>
/// <param name="Sha256">Of its bytes.</param>
public sealed record StoredOriginal(Guid Id, long Length, byte[] Sha256);
