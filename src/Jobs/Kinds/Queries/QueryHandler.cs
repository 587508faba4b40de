using Jobs.Kinds.Queries.Reports;

namespace Jobs.Kinds.Queries;

/// <summary>
/// Answers searches and reports as items of a batch: searches from the cache or in common round trips, equal ones and
/// equal reports once.
/// It changes nothing, so doing it again is harmless.
/// </summary>
internal sealed class QueryHandler(CachedSearch search, ReportCatalog reports, ReportRunner runner)
    : IBulkHandler
{
    // Reports of one call that run at once.
    private const int ReportsAtOnce = 4;

    public int MaxItems => Kind.MaxItemsPerPage;

    public async ValueTask<ItemOutcome> HandleAsync(Item item, CancellationToken cancellationToken)
    {
        ItemOutcome outcome = default;
        await HandleAsync([item], (_, o) => outcome = o, cancellationToken);
        return outcome;
    }

    public async ValueTask HandleAsync(
        IReadOnlyList<Item> items,
        Action<int, ItemOutcome> done,
        CancellationToken cancellationToken
    )
    {
        var searches = new List<(int Place, SearchRequest Request)>();
        var asked = new List<(int Place, QueryPayload Query)>();
        foreach (var (place, item) in items.Index())
        {
            if (Read(item.Payload, out var query) is [var error, ..])
            {
                done(place, ItemOutcome.Failure(ErrorCodes.InvalidItem, Text(error)));
            }
            else if (query!.IsReport)
            {
                asked.Add((place, query));
            }
            else
            {
                searches.Add((place, query.ToSearch()));
            }
        }
        if (searches.Count > 0)
        {
            await search.SearchAsync(
                items[0].TenantId,
                [.. searches.Select(s => s.Request)],
                (i, result) => done(searches[i].Place, Outcome(result)),
                cancellationToken
            );
        }
        if (asked.Count > 0)
        {
            await ReportAsync(items[0].TenantId, asked, done, cancellationToken);
        }
    }

    public IReadOnlyList<FieldError> Validate(ReadOnlyMemory<byte> payload)
    {
        if (Read(payload, out var query) is { Count: > 0 } errors)
        {
            return errors;
        }
        if (!query!.IsReport)
        {
            return [];
        }
        return reports.Get(query.Report!) is { } report
            ? ReportValues.Check(report, query.Parameters)
            : [new FieldError("report", "is not the name of a report")];
    }

    private async Task ReportAsync(
        int tenantId,
        List<(int Place, QueryPayload Query)> asked,
        Action<int, ItemOutcome> done,
        CancellationToken ct
    )
    {
        var gate = new Lock();
        var distinct = asked.GroupBy(
            a => (a.Query.Report!, a.Query.Parameters?.GetRawText()),
            a => a
        );
        await Parallel.ForEachAsync(
            distinct,
            new ParallelOptions { MaxDegreeOfParallelism = ReportsAtOnce, CancellationToken = ct },
            async (equal, token) =>
            {
                var outcome = await ReportAsync(tenantId, equal.First().Query, token);
                lock (gate)
                {
                    foreach (var (place, _) in equal)
                    {
                        done(place, outcome);
                    }
                }
            }
        );
    }

    private async Task<ItemOutcome> ReportAsync(
        int tenantId,
        QueryPayload query,
        CancellationToken ct
    )
    {
        try
        {
            var report = reports.Get(query.Report!) ?? throw ReportErrors.Unknown(query.Report!);
            var result = await runner.RunAsync(tenantId, report, query.Parameters, ct);
            return ItemOutcome.SuccessJson(ReportJson.Write(result));
        }
        catch (ItemException e)
        {
            return ItemOutcome.Failure(e.Error);
        }
    }

    private static IReadOnlyList<FieldError> Read(
        ReadOnlyMemory<byte> payload,
        out QueryPayload? query
    ) =>
        !Item.TryRead(payload, QueryJson.Default.QueryPayload, out query, out var error) ? [error]
        : query!.IsReport ? []
        : query.ToSearch().Validate();

    private static string Text(FieldError error) => $"{error.Field} {error.Message}";

    private static ItemOutcome Outcome(SearchResult result) =>
        result.Answer is { } answer
            ? ItemOutcome.Success(answer, QueryJson.Plain.SearchAnswer)
            : ItemOutcome.Failure(
                new ItemError(ErrorCodes.Timeout, result.Timeout!.Message, Retryable: true)
            );
}
