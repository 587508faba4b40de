using Jobs.Parser.Protocol;

namespace Jobs.Parser.Formats;

/// <summary>What a file is.</summary>
/// <param name="Format">Its type; null when it cannot be read.</param>
/// <param name="IsMismatch">Whether its name says otherwise.</param>
/// <param name="Refusal">Why it cannot be read; else null.</param>
internal readonly record struct Detection(
    DocumentFormat? Format,
    bool IsMismatch,
    ParseFailure? Refusal
);
