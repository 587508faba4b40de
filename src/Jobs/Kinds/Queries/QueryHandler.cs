namespace Jobs.Kinds.Queries;

/// <summary>Answers a search as an item of a batch. It changes nothing, so doing it again is harmless.</summary>
internal sealed class QueryHandler(SearchService search) : IItemHandler
{
    /// <summary>The item asks for something that is not a search.</summary>
    public const string UnsupportedQuery = "unsupported_query";

    public async ValueTask<ItemOutcome> HandleAsync(Item item, CancellationToken cancellationToken)
    {
        var payload = item.Read(QueryJson.Default.QueryPayload);
        if (payload.Report is not null)
        {
            return ItemOutcome.Failure(
                UnsupportedQuery,
                "Reports are not supported; send a search as {\"q\": …}."
            );
        }
        var request = payload.ToSearch();
        if (request.Validate() is [var error, ..])
        {
            return ItemOutcome.Failure(ErrorCodes.InvalidItem, $"{error.Field} {error.Message}");
        }
        try
        {
            var answer = await search.SearchAsync(item.TenantId, request, cancellationToken);
            return ItemOutcome.Success(answer, QueryJson.Plain.SearchAnswer);
        }
        catch (TimeoutException e)
        {
            return ItemOutcome.Failure(
                new ItemError(ErrorCodes.Timeout, e.Message, Retryable: true)
            );
        }
    }

    public IReadOnlyList<FieldError> Validate(ReadOnlyMemory<byte> payload) =>
        !Item.TryRead(payload, QueryJson.Default.QueryPayload, out var query, out var error)
            ? [error]
        : query!.Report is not null ? [new FieldError("report", "is not supported; send a search")]
        : query.ToSearch().Validate();
}
