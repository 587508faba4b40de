using Microsoft.Extensions.Logging;

namespace Jobs.Kinds.Documents.Parsing;

internal static partial class ParserLog
{
    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Documents are parsed in processes apart: as user {User}, network {Network}, limits {Limits}"
    )]
    public static partial void Sandbox(ILogger logger, string user, string network, string limits);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Parsers are less apart than they could be: {What}"
    )]
    public static partial void SandboxIncomplete(ILogger logger, string what);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The parser {Process} ended over a document: {Code}, exit code {ExitCode}; it said: {Said}"
    )]
    public static partial void Lost(
        ILogger logger,
        int process,
        string code,
        int? exitCode,
        string said
    );

    [LoggerMessage(Level = LogLevel.Debug, Message = "The parser {Process} was started")]
    public static partial void Started(ILogger logger, int process);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The parser's folder {Path} could not be deleted"
    )]
    public static partial void FolderLeft(ILogger logger, Exception exception, string path);
}
