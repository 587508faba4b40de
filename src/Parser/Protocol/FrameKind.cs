namespace Jobs.Parser.Protocol;

/// <summary>
/// What goes between a worker and its parser: a request, the file and its end one way; metadata, thumbnail, blocks and
/// the end, or a failure, the other.
/// </summary>
internal enum FrameKind : byte
{
    Request = 1,
    Data = 2,
    DataEnd = 3,
    Metadata = 4,
    Thumbnail = 5,
    Block = 6,
    Failure = 7,
    End = 8,
}
