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
            var buffer = read.Buffer;
            while (buffer.PositionOf((byte)'\n') is { } end)
            {
                await AddAsync(buffer.Slice(0, end), batch, cancellationToken);
                buffer = buffer.Slice(buffer.GetPosition(1, end));
            }
            if (read.IsCompleted)
            {
                await AddAsync(buffer, batch, cancellationToken);
                body.AdvanceTo(buffer.End);
                return;
            }
            if (buffer.Length > BatchLimits.PageBytes + 1)
            {
                throw TooLong(batch);
            }
            body.AdvanceTo(buffer.Start, buffer.End);
        }
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
