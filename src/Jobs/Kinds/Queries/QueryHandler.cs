namespace Jobs.Kinds.Queries;

/// <summary>
/// Answers searches and reports as items of a batch, searches many at once. It changes nothing, so doing it again is
/// harmless.
/// </summary>
internal sealed class QueryHandler(SearchService search) : IBulkHandler
{
    /// <summary>The item asks for something that is not a search.</summary>
    public const string UnsupportedQuery = "unsupported_query";

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
        var asked = new List<(int Place, SearchRequest Request)>();
        foreach (var (place, item) in items.Index())
        {
            if (Read(item, out var request) is { } error)
            {
                done(place, ItemOutcome.Failure(error));
            }
            else
            {
                asked.Add((place, request!));
            }
        }
        if (asked.Count > 0)
        {
            await search.SearchAsync(
                items[0].TenantId,
                [.. asked.Select(a => a.Request)],
                (i, result) => done(asked[i].Place, Outcome(result)),
                cancellationToken
            );
        }
    }

    public IReadOnlyList<FieldError> Validate(ReadOnlyMemory<byte> payload) =>
        !Item.TryRead(payload, QueryJson.Default.QueryPayload, out var query, out var error)
            ? [error]
        : query!.Report is not null ? [new FieldError("report", "is not supported; send a search")]
        : query.ToSearch().Validate();

    private static ItemError? Read(Item item, out SearchRequest? request)
    {
        request = null;
        if (
            !Item.TryRead(
                item.Payload,
                QueryJson.Default.QueryPayload,
                out var payload,
                out var malformed
            )
        )
        {
            return Invalid(malformed, ": ");
        }
        if (payload!.Report is not null)
        {
            return new ItemError(
                UnsupportedQuery,
                "Reports are not supported; send a search as {\"q\": …}.",
                Retryable: false
            );
        }
        request = payload.ToSearch();
        return request.Validate() is [var error, ..] ? Invalid(error, " ") : null;
    }

    private static ItemError Invalid(FieldError error, string separator) =>
        new(ErrorCodes.InvalidItem, $"{error.Field}{separator}{error.Message}", Retryable: false);

    private static ItemOutcome Outcome(SearchResult result) =>
        result.Answer is { } answer
            ? ItemOutcome.Success(answer, QueryJson.Plain.SearchAnswer)
            : ItemOutcome.Failure(
                new ItemError(ErrorCodes.Timeout, result.Timeout!.Message, Retryable: true)
            );
}
