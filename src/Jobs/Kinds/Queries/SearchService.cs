using System.Globalization;
using Jobs.Database;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;

namespace Jobs.Kinds.Queries;

/// <summary>
/// Full-text search over a tenant's documents. Thread-safe. A document is as good as its best passage; any word of
/// the query may match, and the operators (see <see cref="SearchRequest.Q"/>) say which passages may be found at all.
/// </summary>
public sealed class SearchService(
    JobsDataSource database,
    IOptions<SearchOptions> options,
    TimeProvider time
)
{
    // Each word costs the reading of its list; a query of so many words is decided by the first of them.
    private const int MaxWords = 32;

    // By weight D, C, B, A: text is B, the title is A.
    private static readonly float[] Weights = [0.1f, 0.2f, 0.5f, 1.0f];

    // Divides by 1 + the logarithm of the number of different words.
    private const int Normalisation = 16;

    /// <summary>Searches one tenant's documents.</summary>
    /// <exception cref="ArgumentException">The request breaks a rule; see <see cref="SearchRequest.Validate"/>.</exception>
    /// <exception cref="TimeoutException">The search took longer than <see cref="SearchOptions.Timeout"/>.</exception>
    public async Task<SearchAnswer> SearchAsync(
        int tenantId,
        SearchRequest request,
        CancellationToken cancellationToken
    )
    {
        if (request.Validate() is [var error, ..])
        {
            throw new ArgumentException($"{error.Field} {error.Message}", nameof(request));
        }
        var started = time.GetTimestamp();
        var hits = new List<SearchHit>();
        var total = 0L;
        await using var batch = Commands(tenantId, request);
        try
        {
            await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
            await reader.NextResultAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                hits.Add(Hit(reader));
                total = reader.GetInt64(6);
            }
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.QueryCanceled)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new TimeoutException("The search took too long. Use fewer or rarer words.", e);
        }
        return new SearchAnswer(
            hits,
            total,
            Math.Round(time.GetElapsedTime(started).TotalMilliseconds, 2)
        );
    }

    private NpgsqlBatch Commands(int tenantId, SearchRequest request)
    {
        var alternatives = QuerySyntax.Parse(request.Q);
        var batch = database.Requests.CreateBatch();
        var timeout = options.Value.Timeout.TotalMilliseconds.ToString(
            "0",
            CultureInfo.InvariantCulture
        );
        batch.BatchCommands.Add(
            new(SearchSql.Timeout) { Parameters = { new() { Value = timeout } } }
        );
        batch.BatchCommands.Add(
            new(SearchSql.Search)
            {
                Parameters =
                {
                    new() { Value = tenantId },
                    new() { Value = alternatives.Select(a => a.Words).ToArray() },
                    new() { Value = alternatives.Select(a => a.Filter).ToArray() },
                    new() { Value = alternatives.Select(a => a.HasPhrase).ToArray() },
                    new() { Value = MaxWords },
                    new() { Value = Weights },
                    new() { Value = Normalisation },
                    new()
                    {
                        Value = request.Tags is { Count: > 0 } tags ? tags.ToArray() : DBNull.Value,
                        NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
                    },
                    new() { Value = request.Limit },
                    new() { Value = request.Offset },
                    new() { Value = Highlight.Options },
                },
            }
        );
        return batch;
    }

    private static SearchHit Hit(NpgsqlDataReader row) =>
        new(
            row.GetGuid(0),
            row.GetString(1),
            Math.Round(row.GetFloat(2), 6),
            row.GetString(3),
            row.IsDBNull(4) ? null : row.GetInt32(4),
            Highlight.ToHtml(row.GetString(5))
        );
}
