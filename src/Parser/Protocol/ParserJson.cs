using System.Text.Json;
using System.Text.Json.Serialization;

namespace Jobs.Parser.Protocol;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ParseRequest))]
[JsonSerializable(typeof(ParsedMetadata))]
[JsonSerializable(typeof(ParseFailure))]
internal sealed partial class ParserJson : JsonSerializerContext;

/// <summary>What is to be read; the file follows.</summary>
/// <param name="Name">As its sender called it: a hint at its type and never a path.</param>
/// <param name="TimeoutMs">After which the parser gives up; whoever asked kills it a little later.</param>
/// <param name="OcrLanguages">For tesseract, as in <c>eng+deu</c>; empty for no OCR.</param>
/// <param name="OcrPages">Pages of a scanned PDF that are recognised at most.</param>
/// <param name="OcrSuspended">Whether tesseract does not work at present, so that it is not tried.</param>
internal sealed record ParseRequest(
    string Name,
    int TimeoutMs,
    string OcrLanguages,
    int OcrPages,
    bool OcrSuspended = false
);

/// <summary>What is known of a document besides its text.</summary>
/// <param name="OcrWorks">Whether tesseract worked; null where it was not needed.</param>
internal sealed record ParsedMetadata(
    string MediaType,
    string? Title,
    string? Author,
    string? Language,
    int? Pages,
    int Words,
    DateTimeOffset? AuthoredAt,
    DateTimeOffset? ModifiedAt,
    IReadOnlyList<string> Warnings,
    bool? OcrWorks = null
);

/// <summary>Why a document could not be read.</summary>
internal sealed record ParseFailure(string Code, string Message);
