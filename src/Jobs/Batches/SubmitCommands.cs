using System.Text.Json;
using Npgsql;
using NpgsqlTypes;

namespace Jobs.Batches;

/// <summary>The statements of a submission with their parameters.</summary>
internal static class SubmitCommands
{
    /// <summary>The pages that were held.</summary>
    public static NpgsqlBatchCommand Pages(Guid batchId, List<ItemPage> held) =>
        new(SubmitStatements.InsertPages)
        {
            Parameters =
            {
                new() { Value = batchId },
                new() { Value = held.ConvertAll(p => p.Number) },
                new() { Value = held.ConvertAll(p => p.First) },
                new() { Value = held.ConvertAll(p => (short)p.Count) },
                new()
                {
                    Value = held.ConvertAll(p => p.Items),
                    NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
                },
                new()
                {
                    Value = held.ConvertAll(p => p.CustomIds),
                    NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
                },
            },
        };

    /// <summary>The batch, its chunks, and the outcomes that are there from the start.</summary>
    public static NpgsqlBatchCommand Batch(
        SubmittedBatch submitted,
        List<PageSummary> summaries,
        BatchOptions options
    )
    {
        var draft = submitted.Draft;
        var timeout = draft.ItemTimeout ?? draft.Kind.ItemTimeout;
        var metadata = draft.Metadata is { Count: > 0 } pairs
            ? JsonSerializer.Serialize(pairs, BatchJson.Default.IReadOnlyDictionaryStringString)
            : null;
        return new(SubmitStatements.InsertBatch)
        {
            Parameters =
            {
                new() { Value = submitted.Id },
                new() { Value = draft.TenantId },
                new() { Value = draft.Kind.Name },
                new() { Value = (short)draft.Priority },
                new() { Value = submitted.Total },
                new() { Value = (short)draft.MaxAttempts },
                new() { Value = (int)timeout.TotalMilliseconds },
                new()
                {
                    Value = (object?)metadata ?? DBNull.Value,
                    NpgsqlDbType = NpgsqlDbType.Text,
                },
                new()
                {
                    Value = (object?)draft.NotBefore?.ToUniversalTime() ?? DBNull.Value,
                    NpgsqlDbType = NpgsqlDbType.TimestampTz,
                },
                new() { Value = options.ChunkStep.Ticks / TimeSpan.TicksPerMicrosecond },
                new() { Value = options.Retention },
                new() { Value = summaries.ConvertAll(p => p.Number) },
                new() { Value = summaries.ConvertAll(p => p.Open) },
                new()
                {
                    Value = summaries.ConvertAll(p => p.OpenItems),
                    NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea,
                },
                new() { Value = summaries.ConvertAll(p => p.Succeeded) },
                new() { Value = summaries.ConvertAll(p => p.Failed) },
                new()
                {
                    Value = summaries.ConvertAll(p => p.Outcomes),
                    NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
                },
                new()
                {
                    Value = summaries.ConvertAll(p => p.ErrorCodes),
                    NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
                },
                new() { Value = submitted.At },
                new()
                {
                    Value = (object?)draft.ExpiresAfter ?? DBNull.Value,
                    NpgsqlDbType = NpgsqlDbType.Interval,
                },
                new()
                {
                    Value = (object?)draft.After ?? DBNull.Value,
                    NpgsqlDbType = NpgsqlDbType.Uuid,
                },
                new() { Value = draft.AfterSuccess },
                new()
                {
                    Value = (object?)draft.CallbackUrl ?? DBNull.Value,
                    NpgsqlDbType = NpgsqlDbType.Text,
                },
                new()
                {
                    Value = (object?)draft.ChunkLimit ?? DBNull.Value,
                    NpgsqlDbType = NpgsqlDbType.Integer,
                },
                new()
                {
                    Value = (object?)draft.Lanes ?? DBNull.Value,
                    NpgsqlDbType = NpgsqlDbType.Smallint,
                },
            },
        };
    }
}
