using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Jobs.Kinds.Queries.Index;

namespace Jobs.Kinds.Queries.Ranking;

/// <summary>
/// Scores the passages of one segment after another for one query after another: a sum a passage, over the postings of
/// the query's words. Not thread-safe; it keeps its memory from one to the next, and dispose gives it to the next one.
/// </summary>
internal sealed class SegmentScorer(float[] norms) : IDisposable
{
    // With fewer matches the passages that have any are listed; with more, all are looked at.
    private const int SparseBelow = 8;

    // Large enough that the garbage collector would keep them until it looks at everything. All zero.
    private const int MostSpare = 8;
    private static readonly ConcurrentQueue<float[]> Spare = new();

    private readonly float[] scores = Spare.TryDequeue(out var spare)
        ? spare
        : new float[SegmentBuilder.MaxPassages];
    private bool isClean = true;
    private readonly List<ushort> touched = [];

    /// <summary>Adds what a segment has for a query to the query's best.</summary>
    public void Score(QueryPlan plan, SegmentPostings segment, TopList top)
    {
        isClean = false;
        var matches = Accumulate(plan, segment);
        isClean = matches == 0;
        if (isClean)
        {
            return;
        }
        var documents = new DocumentFilter(plan.Request, segment);
        var isSparse = matches * SparseBelow < segment.Map.Passages;
        if (isSparse)
        {
            CollectionsMarshal.AsSpan(touched).Sort();
        }
        if (plan.IsPlain)
        {
            AddDocuments(segment, documents, top, isSparse);
        }
        else
        {
            AddPassages(plan, segment, documents, top);
        }
        Clear(segment.Map.Passages, isSparse);
        isClean = true;
    }

    public void Dispose()
    {
        // What a failure left behind is nobody's score.
        if (isClean && Spare.Count < MostSpare)
        {
            Spare.Enqueue(scores);
        }
    }

    // A word adds the same to a passage wherever its postings stand in the list, so their order is free.
    private int Accumulate(QueryPlan plan, SegmentPostings segment)
    {
        var matches = 0;
        touched.Clear();
        foreach (var (lexeme, term) in plan.Terms)
        {
            var postings = segment.Get(lexeme, term.Share);
            matches += postings.Length;
            var list = matches * SparseBelow < segment.Map.Passages;
            var weight = term.Weight;
            foreach (var posting in postings)
            {
                ref var score = ref scores[posting.Passage];
                if (list && score == 0)
                {
                    touched.Add(posting.Passage);
                }
                score += weight * Bm25.Impact(posting, norms);
            }
        }
        return matches;
    }

    private void AddDocuments(
        SegmentPostings segment,
        DocumentFilter filter,
        TopList top,
        bool isSparse
    )
    {
        var map = segment.Map;
        if (isSparse)
        {
            for (var i = 0; i < touched.Count; )
            {
                var ordinal = map.DocumentOf(touched[i]);
                var end = map.PassagesOf(ordinal).End;
                var best = i;
                for (; i < touched.Count && touched[i] < end; i++)
                {
                    best = scores[touched[i]] > scores[touched[best]] ? i : best;
                }
                AddDocument(ordinal, touched[best]);
            }
            return;
        }
        for (var ordinal = 0; ordinal < map.Documents; ordinal++)
        {
            var (first, end) = map.PassagesOf(ordinal);
            var best = first;
            for (var passage = first + 1; passage < end; passage++)
            {
                best = scores[passage] > scores[best] ? passage : best;
            }
            if (scores[best] > 0)
            {
                AddDocument(ordinal, best);
            }
        }

        void AddDocument(int ordinal, int passage)
        {
            if (!filter.Accepts(ordinal))
            {
                return;
            }
            var number = passage - map.PassagesOf(ordinal).First;
            Add(new Candidate(scores[passage], map.Id(ordinal), number, 0), top);
        }
    }

    private void AddPassages(
        QueryPlan plan,
        SegmentPostings segment,
        DocumentFilter filter,
        TopList top
    )
    {
        var map = segment.Map;
        var allowed = plan.Alternatives.Select(a => AlternativeMatch.Of(a, segment)).ToList();
        for (var ordinal = 0; ordinal < map.Documents; ordinal++)
        {
            var (first, end) = map.PassagesOf(ordinal);
            Candidate? best = null;
            for (var passage = first; passage < end; passage++)
            {
                if (scores[passage] == 0 || Filters(plan, allowed, passage) is not { } filters)
                {
                    continue;
                }
                var candidate = new Candidate(
                    scores[passage],
                    map.Id(ordinal),
                    passage - first,
                    filters
                );
                if (!plan.NeedsText)
                {
                    best =
                        best is { } b && Candidate.BestFirst.Compare(b, candidate) < 0
                            ? b
                            : candidate;
                }
                else if (filter.Accepts(ordinal))
                {
                    Add(candidate, top);
                }
            }
            if (best is { } document && filter.Accepts(ordinal))
            {
                Add(document, top);
            }
        }
    }

    private static void Add(Candidate candidate, TopList top)
    {
        top.Total++;
        if (candidate.Score >= top.Least)
        {
            top.Add(candidate);
        }
    }

    // Null where no alternative matches.
    private static uint? Filters(QueryPlan plan, List<PassageSet> allowed, int passage)
    {
        uint? filters = null;
        for (var i = 0; i < allowed.Count; i++)
        {
            if (!allowed[i][passage])
            {
                continue;
            }
            if (plan.Alternatives[i].Filter is null)
            {
                return 0;
            }
            filters = (filters ?? 0) | (1U << i);
        }
        return filters;
    }

    private void Clear(int passages, bool isSparse)
    {
        if (!isSparse)
        {
            scores.AsSpan(0, passages).Clear();
            return;
        }
        foreach (var passage in touched)
        {
            scores[passage] = 0;
        }
    }
}
