using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Jobs.Batches;

namespace Jobs.Web.Api;

internal enum OutcomeFormat
{
    Ndjson,
    Json,
    Csv,
}

/// <summary>Writes outcomes into a response as they are read: results go through as the bytes that were stored.</summary>
internal static class OutcomeWriter
{
    private const int FlushBytes = 32 * 1024;

    public static async Task WriteAsync(
        HttpResponse response,
        OutcomeFormat format,
        IAsyncEnumerable<ItemStatus> items,
        CancellationToken cancellationToken
    )
    {
        response.ContentType = format switch
        {
            OutcomeFormat.Ndjson => "application/x-ndjson",
            OutcomeFormat.Json => "application/json",
            _ => "text/csv; charset=utf-8",
        };
        var output = response.BodyWriter;
        if (format == OutcomeFormat.Csv)
        {
            output.Write(
                "index,customId,status,attempts,durationMs,result,errorCode,errorMessage\r\n"u8
            );
        }
        else if (format == OutcomeFormat.Json)
        {
            output.Write("["u8);
        }
        var first = true;
        using var json = new Utf8JsonWriter(
            output,
            new JsonWriterOptions { SkipValidation = true }
        );
        await foreach (var item in items.WithCancellation(cancellationToken))
        {
            if (item.State is ItemState.Pending or ItemState.Running)
            {
                continue;
            }
            if (format == OutcomeFormat.Csv)
            {
                WriteRow(output, item);
            }
            else
            {
                if (!first && format == OutcomeFormat.Json)
                {
                    output.Write(",\n"u8);
                }
                json.Reset(output);
                Write(json, item);
                json.Flush();
                if (format == OutcomeFormat.Ndjson)
                {
                    output.Write("\n"u8);
                }
            }
            first = false;
            if (output.UnflushedBytes > FlushBytes)
            {
                await output.FlushAsync(cancellationToken);
            }
        }
        if (format == OutcomeFormat.Json)
        {
            output.Write("]\n"u8);
        }
        await output.FlushAsync(cancellationToken);
    }

    /// <summary>The outcome line of the contract; with the batch where it could be of several.</summary>
    public static void Write(Utf8JsonWriter json, ItemStatus item, Guid? batchId = null)
    {
        json.WriteStartObject();
        if (batchId is { } id)
        {
            json.WriteString("batchId"u8, id);
        }
        json.WriteNumber("index"u8, item.Index);
        if (item.CustomId is { } customId)
        {
            json.WriteString("customId"u8, customId);
        }
        json.WriteString("status"u8, NameOf(item.State));
        json.WriteNumber("attempts"u8, item.Attempts);
        json.WriteNumber("durationMs"u8, item.DurationMs);
        if (!item.Result.IsEmpty)
        {
            json.WritePropertyName("result"u8);
            json.WriteRawValue(item.Result.Span, skipInputValidation: true);
        }
        if (!item.Error.IsEmpty)
        {
            json.WritePropertyName("error"u8);
            json.WriteRawValue(item.Error.Span, skipInputValidation: true);
        }
        json.WriteEndObject();
    }

    private static string NameOf(ItemState state) =>
        state switch
        {
            ItemState.Succeeded => "succeeded",
            ItemState.Failed => "failed",
            ItemState.Cancelled => "cancelled",
            _ => throw new ArgumentOutOfRangeException(nameof(state)),
        };

    private static void WriteRow(IBufferWriter<byte> output, ItemStatus item)
    {
        string? code = null;
        string? message = null;
        if (!item.Error.IsEmpty)
        {
            var error = JsonElement.Parse(item.Error.Span);
            code = error.GetProperty("code").GetString();
            message = error.GetProperty("message").GetString();
        }
        string[] cells =
        [
            item.Index.ToString(CultureInfo.InvariantCulture),
            CsvCell.Of(item.CustomId),
            NameOf(item.State),
            item.Attempts.ToString(CultureInfo.InvariantCulture),
            item.DurationMs.ToString(CultureInfo.InvariantCulture),
            CsvCell.Of(Encoding.UTF8.GetString(item.Result.Span)),
            CsvCell.Of(code),
            CsvCell.Of(message),
        ];
        Encoding.UTF8.GetBytes(string.Join(',', cells) + "\r\n", output);
    }
}
