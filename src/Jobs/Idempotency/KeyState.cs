namespace Jobs.Idempotency;

/// <summary>What was found when a key was asked for.</summary>
/// <param name="Hold">The right to answer; null where another request has it or had it.</param>
/// <param name="Answer">The answer that was given before; null where there is none yet.</param>
public sealed record KeyState(KeyHold? Hold, KeptAnswer? Answer);

/// <summary>The right to answer the request of a key.</summary>
/// <param name="Key">SHA-256 of its address and the caller's key.</param>
/// <param name="Token">Fences late writers off.</param>
public sealed record KeyHold(int TenantId, byte[] Key, Guid Token);

/// <summary>An answer, and what it answered.</summary>
/// <param name="RequestHash">SHA-256 of the request.</param>
public sealed record KeptAnswer(
    byte[] RequestHash,
    int Status,
    IReadOnlyDictionary<string, string> Headers,
    byte[] Body
);
