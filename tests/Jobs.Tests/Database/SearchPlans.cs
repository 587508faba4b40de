using Jobs.Caching.Shared;
using Jobs.Caching.Subscriptions;
using Jobs.Kinds.Cleanup;
using Jobs.Kinds.Queries;
using Jobs.Kinds.Queries.Frequent;
using Jobs.Kinds.Queries.Index;

namespace Jobs.Tests.Database;

/// <summary>The statements of search and of the cache.</summary>
internal static class SearchPlans
{
    public static readonly Dictionary<string, PlanTests.Statement> All = new(StringComparer.Ordinal)
    {
        ["Search, segments"] = new(SearchSql.Segments, "int", "2", Engine: true),
        ["Search, lexemes"] = new(
            SearchSql.Lexemes,
            "int, text[]",
            "2, array['gale warning']",
            Engine: true
        ),
        ["Search, sizes"] = new(SearchSql.Sizes, "int, text[]", "2, array['w1']", Engine: true),
        ["Search, postings"] = new(
            SearchSql.Postings,
            "int, text[], float8[]",
            "2, array['w1', 'w2'], array[1, 0.1]",
            Engine: true
        ),
        ["Search, similar"] = new(
            SearchSql.Similar,
            "int, text[]",
            "2, array['wrod']",
            Engine: true
        ),
        ["Search, variants"] = new(
            SearchSql.Variants,
            "int, text[], text[]",
            "2, array['english'], array['wrod']",
            Engine: true
        ),
        ["Search, verify"] = new(
            SearchSql.Verify,
            "int, uuid[], int[], int[], text[]",
            "2, array[{id}]::uuid[], array[0], array[1], array['\"a b\"']",
            Engine: true
        ),
        ["Search, hits"] = new(
            SearchSql.Hits,
            "int, uuid[], int[]",
            "2, array[{id}]::uuid[], array[0]",
            Engine: true
        ),
        ["Frequent searches, add"] = new(
            FrequentSql.Add,
            "int[], text[], text[], int[], int",
            "array[2], array['n1'], array['{\"q\":\"a\"}'], array[3], 500"
        ),
        ["Frequent searches, most"] = new(FrequentSql.Most, "int, int, int", "2, 20, 3"),
        ["Frequent searches, take"] = new(
            FrequentSql.Take,
            "text, interval, interval, interval, int",
            "'documents', '2 seconds', '30 seconds', '2 minutes', 4"
        ),
        ["Frequent searches, warmed"] = new(FrequentSql.Warmed, "int, interval", "2, '7 minutes'"),
        ["Frequent searches, purge"] = new(FrequentSql.Purge, "int", "1000"),
        ["Search index, passages"] = new(
            IndexSql.ReadPassages,
            "uuid[], int",
            "array[{id}]::uuid[], 2"
        ),
        ["Search index, remove"] = new(IndexSql.Remove, "uuid[], int", "array[{id}]::uuid[], 2"),
        ["Search index, move"] = new(
            IndexSql.Move,
            "int, bigint, uuid[], bigint[]",
            "2, 1, array[{id}]::uuid[], array[1]"
        ),
        ["Cache, read"] = new(
            SharedStatements.Read,
            "int[], text[]",
            "array[2, 2], array['content:1', 'content:2']",
            Engine: true
        ),
        ["Cache, write"] = new(
            SharedStatements.Write,
            "int[], text[], bytea[], smallint[], text[], timestamptz[], interval[], interval[], interval[], interval, text[], timestamptz",
            "array[2], array['content:1'], array['a'::bytea], array[0::smallint], array[''], array[now()], array['1 hour'::interval], array['1 hour'::interval], array['1 hour'::interval], '10 minutes', array['k2:content:1'], 'infinity'",
            Engine: true
        ),
        ["Cache, remove"] = new(
            SharedStatements.Remove,
            "int[], text[], text[], text[], int[], text[], bool, text[]",
            "array[2], array['content:1'], array['2:t1'], array['t2'], array[2], array['content:'], false, array['a']",
            Engine: true
        ),
        ["Cache, delete a prefix"] = new(
            SharedStatements.DeletePrefix,
            "int, text, timestamptz, int",
            "2, 'content:12', now(), 1000",
            Engine: true
        ),
        ["Cache, follow removals"] = new(
            SharedStatements.Removals,
            "bigint, bigint[], int",
            "19000, array[18999, 18998]::bigint[], 1000",
            Engine: true
        ),
        ["Cache, claim"] = new(
            SharedStatements.Claim,
            "int, text, uuid, interval",
            "2, 'content:1', {id}, '30 seconds'",
            Engine: true
        ),
        ["Cache, release"] = new(
            SharedStatements.Release,
            "int, text, uuid",
            "2, 'content:1', {id}",
            Engine: true
        ),
        ["Cache, count keys"] = new(
            SharedStatements.CountKeys,
            "int, text[]",
            "2, array['content:1']"
        ),
        ["Cache, count tags"] = new(SharedStatements.CountTags, "text[]", "array['2:t1']"),
        ["Cache, count a prefix"] = new(
            SharedStatements.CountPrefix,
            "int, text",
            "2, 'content:12'"
        ),
        ["Cache, subscriptions"] = new(SubscriptionStatements.List, "int", "2"),
        ["Cache cleanup"] = new(CacheCleanup.Purge, "int", "1000"),
        ["Cache cleanup, removals"] = new(
            CacheCleanup.PurgeRemovals,
            "interval, int",
            "'10 minutes', 1000"
        ),
        ["Cache cleanup, marks"] = new(CacheCleanup.PurgeMarks, "interval, int", "'15 days', 1000"),
        ["Cache cleanup, messages"] = new(
            CacheCleanup.PurgeMessages,
            "interval, int",
            "'7 days', 1000"
        ),
    };
}
