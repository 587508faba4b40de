namespace Jobs.Tests.Docs.Snippets;

/// <summary>Where prices come from.</summary>
public sealed class PriceSource
{
    private int asked;

    public ValueTask<decimal> ReadAsync(int tenantId, string article, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        asked++;
        return ValueTask.FromResult((decimal)(tenantId + article.Length + asked));
    }
}
