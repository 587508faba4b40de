using System.Buffers;
using System.IO.Pipelines;
using Jobs.Batches;

namespace Jobs.Web.Api.Submission;

/// <summary>Feeds a submission from a body with an item a line, as it comes in; no more than a line is held.</summary>
internal static class NdjsonSubmission
{
    /// <summary>Reads to the end of the body. Empty lines do not count.</summary>
    /// <exception cref="BatchRefusedException">A line is too long or not JSON, or there are too many.</exception>
    public static async Task ReadAsync(
        PipeReader body,
        BatchSubmission batch,
        CancellationToken cancellationToken
    )
    {
        while (true)
        {
            var read = await body.ReadAsync(cancellationToken);
            var rest = read.Buffer;
            try
            {
                rest = await AddLinesAsync(rest, batch, cancellationToken);
                if (read.IsCompleted)
                {
                    await AddAsync(rest, batch, cancellationToken);
                    return;
                }
                if (rest.Length > BatchLimits.PageBytes + 1)
                {
                    throw TooLong(batch);
                }
            }
            finally
            {
                // Whatever happened, the server may go on with the connection.
                body.AdvanceTo(read.IsCompleted ? read.Buffer.End : rest.Start, read.Buffer.End);
            }
        }
    }

    private static async ValueTask<ReadOnlySequence<byte>> AddLinesAsync(
        ReadOnlySequence<byte> buffer,
        BatchSubmission batch,
        CancellationToken cancellationToken
    )
    {
        while (buffer.PositionOf((byte)'\n') is { } end)
        {
            await AddAsync(buffer.Slice(0, end), batch, cancellationToken);
            buffer = buffer.Slice(buffer.GetPosition(1, end));
        }
        return buffer;
    }

    private static async ValueTask AddAsync(
        ReadOnlySequence<byte> line,
        BatchSubmission batch,
        CancellationToken cancellationToken
    )
    {
        if (line.Length > BatchLimits.PageBytes + 1)
        {
            throw TooLong(batch);
        }
        if (line.IsSingleSegment)
        {
            await AddAsync(line.First, batch, cancellationToken);
            return;
        }
        var copy = ArrayPool<byte>.Shared.Rent((int)line.Length);
        try
        {
            line.CopyTo(copy);
            await AddAsync(copy.AsMemory(0, (int)line.Length), batch, cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(copy);
        }
    }

    private static ValueTask AddAsync(
        ReadOnlyMemory<byte> line,
        BatchSubmission batch,
        CancellationToken cancellationToken
    )
    {
        var item = line.Trim(" \t\r"u8);
        return item.IsEmpty ? ValueTask.CompletedTask : batch.AddAsync(item, cancellationToken);
    }

    private static BatchRefusedException TooLong(BatchSubmission batch) =>
        new($"items[{batch.Count}]", $"must have at most {BatchLimits.PageBytes} bytes");
}
