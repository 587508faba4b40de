using Jobs.Database;
using Jobs.Kinds.Queries.Highlights;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Jobs.Kinds.Queries;

/// <summary>
/// Searches a little as soon as the schema is there, while the rest of the host starts: the first search of a process
/// compiles its way through all that a search is, opens connections, and reads which passages are whose, which took it
/// a quarter of a second. Nobody waits for it, and it counts nowhere.
/// </summary>
internal sealed class SearchWarmUp(
    DatabaseReadiness readiness,
    JobsDataSource database,
    SearchService search,
    ILogger<SearchWarmUp> log
) : BackgroundService
{
    private const int MostTenants = 8;

    // The second time a statement is prepared.
    private const int Times = 2;
    private const int ShortestWord = 4;
    private const int MostWords = 4;
    private const int SystemTenant = 1;
    private const string AnyWord = "word";

    /// <summary>The tenants with the largest indexes ($1 of them), each with the beginning of a text.</summary>
    public const string Samples = """
        select t.tenant_id, p.body
        from (
            select s.tenant_id, sum(s.passages) as passages
            from jobs.search_segments s
            group by s.tenant_id
            order by passages desc
            limit $1
        ) t
        cross join lateral (
            select d.id
            from jobs.documents d
            where d.tenant_id = t.tenant_id and d.state = 'ready'
            order by d.id desc
            limit 1
        ) d
        cross join lateral (
            select left(p.body, 400) as body
            from jobs.passages p
            where p.document_id = d.id
            order by p.ordinal
            limit 1
        ) p
        order by t.passages desc
        """;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await readiness.Migrated.WaitAsync(stoppingToken);
        try
        {
            await WarmAsync(stoppingToken);
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
            // The first search will find out what it is.
            SearchLog.NotWarm(log, e);
        }
    }

    /// <summary>Searches; says for how many tenants.</summary>
    internal async Task<int> WarmAsync(CancellationToken cancellationToken)
    {
        var samples = new List<(int TenantId, string Body)>();
        await using (var command = database.Requests.CreateCommand(Samples))
        {
            command.Parameters.Add(new() { Value = MostTenants });
            await using var row = await command.ExecuteReaderAsync(cancellationToken);
            while (await row.ReadAsync(cancellationToken))
            {
                samples.Add((row.GetInt32(0), row.GetString(1)));
            }
        }
        foreach (var (tenantId, body) in samples)
        {
            for (var i = 0; i < Times; i++)
            {
                foreach (var query in Queries(body))
                {
                    await search.SearchAsync(tenantId, new SearchRequest(query), cancellationToken);
                }
            }
        }
        // Without the cache, which may not know yet what was removed: it would forget what it keeps before that.
        await search.SearchAsync(SystemTenant, new SearchRequest(AnyWord), cancellationToken);
        return samples.Count;
    }

    // Words as they are, as a phrase, and with a mistake.
    private static IEnumerable<string> Queries(string body)
    {
        var words = Words
            .Of(body)
            .Select(place => body[place].ToLowerInvariant())
            .Where(word => word.Length >= ShortestWord)
            .Distinct(StringComparer.Ordinal)
            .Take(MostWords)
            .ToList();
        if (words.Count == 0)
        {
            yield break;
        }
        yield return string.Join(' ', words);
        yield return $"\"{words[0]}\"";
        yield return $"{words[^1]} {words[0][1..]}q";
    }
}
