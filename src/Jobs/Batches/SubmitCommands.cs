using System.Text.Json;
using Jobs.Engine;
using Npgsql;
using NpgsqlTypes;

namespace Jobs.Batches;

/// <summary>The statements of submissions with their parameters.</summary>
internal static class SubmitCommands
{
    /// <summary>The pages that were held.</summary>
    public static NpgsqlBatchCommand Pages(IReadOnlyList<WrittenBatch> batches)
    {
        var command = new NpgsqlBatchCommand(SubmitStatements.InsertPages);
        var pages = batches
            .SelectMany(b => b.Pages.Select(p => (b.Submitted.Id, Page: p)))
            .ToList();
        Add(command, pages, p => p.Id);
        Add(command, pages, p => p.Page.Number);
        Add(command, pages, p => p.Page.First);
        Add(command, pages, p => (short)p.Page.Count);
        Add(command, pages, p => p.Page.Items, NpgsqlDbType.Text);
        Add(command, pages, p => p.Page.CustomIds, NpgsqlDbType.Text);
        return command;
    }

    /// <summary>The batches, their chunks, and the outcomes that are there from the start.</summary>
    public static NpgsqlBatchCommand Batches(
        IReadOnlyList<WrittenBatch> batches,
        IReadOnlyDictionary<Guid, DirectLeases.DirectLease> leases,
        BatchOptions options
    )
    {
        var command = new NpgsqlBatchCommand(SubmitStatements.InsertBatches);
        Add(command, batches, b => b.Submitted.Id);
        Add(command, batches, b => b.Draft.TenantId);
        Add(command, batches, b => b.Draft.Kind.Name, NpgsqlDbType.Text);
        Add(command, batches, b => (short)b.Draft.Priority);
        Add(command, batches, b => b.Submitted.Total);
        Add(command, batches, b => (short)b.Draft.MaxAttempts);
        Add(command, batches, b => (int)TimeoutOf(b.Draft).TotalMilliseconds);
        Add(command, batches, b => Metadata(b.Draft), NpgsqlDbType.Text);
        Add(command, batches, b => b.Submitted.At);
        Add(command, batches, b => b.Draft.NotBefore?.ToUniversalTime(), NpgsqlDbType.TimestampTz);
        Add(command, batches, b => b.Draft.ExpiresAfter, NpgsqlDbType.Interval);
        Add(command, batches, b => b.Draft.After, NpgsqlDbType.Uuid);
        Add(command, batches, b => b.Draft.AfterSuccess);
        Add(command, batches, b => b.Draft.CallbackUrl, NpgsqlDbType.Text);
        Add(command, batches, b => b.Draft.ChunkLimit, NpgsqlDbType.Integer);
        Add(command, batches, b => b.Draft.Lanes, NpgsqlDbType.Smallint);

        var pages = batches
            .SelectMany((b, i) => b.Summaries.Select(p => (Ordinal: i + 1L, Page: p)))
            .ToList();
        Add(command, pages, p => p.Ordinal);
        Add(command, pages, p => p.Page.Number);
        Add(command, pages, p => p.Page.Open);
        Add(command, pages, p => p.Page.OpenItems, NpgsqlDbType.Bytea);
        Add(command, pages, p => p.Page.Succeeded);
        Add(command, pages, p => p.Page.Failed);
        Add(command, pages, p => p.Page.Outcomes, NpgsqlDbType.Text);
        Add(command, pages, p => p.Page.ErrorCodes, NpgsqlDbType.Text);
        command.Parameters.Add(new() { Value = options.RankStep });
        command.Parameters.Add(new() { Value = options.Retention });
        command.Parameters.Add(
            new()
            {
                Value = (object?)leases.Values.FirstOrDefault()?.WorkerId ?? DBNull.Value,
                NpgsqlDbType = NpgsqlDbType.Uuid,
            }
        );
        Add(command, batches, b => leases.ContainsKey(b.Submitted.Id));
        Add(command, batches, b => b.Draft.Traceparent, NpgsqlDbType.Text);
        return command;
    }

    private static TimeSpan TimeoutOf(BatchDraft draft) =>
        draft.ItemTimeout ?? draft.Kind.ItemTimeout;

    private static string? Metadata(BatchDraft draft) =>
        draft.Metadata is { Count: > 0 } pairs
            ? JsonSerializer.Serialize(pairs, BatchJson.Default.IReadOnlyDictionaryStringString)
            : null;

    private static void Add<TElement, TValue>(
        NpgsqlBatchCommand command,
        IReadOnlyList<TElement> elements,
        Func<TElement, TValue> value,
        NpgsqlDbType? type = null
    )
    {
        var values = new TValue[elements.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = value(elements[i]);
        }
        var parameter = new NpgsqlParameter<TValue[]> { TypedValue = values };
        if (type is { } element)
        {
            parameter.NpgsqlDbType = NpgsqlDbType.Array | element;
        }
        command.Parameters.Add(parameter);
    }
}
