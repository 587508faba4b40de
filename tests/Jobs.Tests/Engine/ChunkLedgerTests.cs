using FsCheck;
using FsCheck.Fluent;
using Jobs.Batches;
using Jobs.Engine;
using Jobs.Kinds;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Engine;

/// <summary>What follows from how executions ended.</summary>
public sealed class ChunkLedgerTests
{
    private static readonly EngineOptions Options = new();
    private static readonly ItemError Busy = new("busy", "Later.", true);

    [Fact]
    public void A_chunk_over_which_workers_died_is_halved()
    {
        var settlement = new ChunkLedger(Chunks.Of(8, deaths: 3), Options).Isolate();

        settlement.IsFinal.ShouldBeTrue();
        settlement.Outcomes!.Count.ShouldBe(0);
        settlement
            .Retries.Select(r => Items(r.Items))
            .ShouldBe([
                [0, 1, 2, 3],
                [4, 5, 6, 7],
            ]);
        settlement.Retries.ShouldAllBe(r => r.Attempt == 1 && r.Delay == TimeSpan.Zero);
    }

    [Fact]
    public void The_one_item_over_which_workers_died_is_lost()
    {
        var settlement = new ChunkLedger(Chunks.Of(1, deaths: 6), Options).Isolate();

        settlement.Retries.ShouldBeEmpty();
        settlement.Outcomes!.Failed.ShouldBe(1);
        settlement.Outcomes.ErrorCodes.ShouldBe("{\"worker_lost\":1}");
    }

    [Fact]
    public void Retries_with_delays_of_their_own_become_chunks_of_their_own()
    {
        var ledger = new ChunkLedger(Chunks.Of(4), Options);
        ledger.Record(0, Attempt.Failed(Busy), default);
        ledger.Record(1, Attempt.Failed(Busy with { RetryAfter = TimeSpan.FromHours(1) }), default);
        ledger.Record(2, Attempt.Failed(Busy), default);
        ledger.Record(3, Attempt.Ended(ItemOutcome.Success()), default);

        var settlement = ledger.Finish();

        settlement.Left.ShouldBeNull();
        settlement
            .Retries.Select(r => Items(r.Items))
            .ShouldBe([
                [0, 2],
                [1],
            ]);
        settlement.Retries[1].Delay.ShouldBe(TimeSpan.FromHours(1));
        settlement.Retries.ShouldAllBe(r => r.Attempt == 2);
    }

    [Fact]
    public void A_backoff_doubles_up_to_its_limit_and_half_of_it_is_chance()
    {
        var options = new EngineOptions
        {
            BackoffBase = TimeSpan.FromSeconds(2),
            BackoffMax = TimeSpan.FromSeconds(60),
        };

        double[] least = [.. Attempts.Select(a => Backoff.After(a, options, 0).TotalSeconds)];
        double[] most = [.. Attempts.Select(a => Backoff.After(a, options, 1).TotalSeconds)];

        least.ShouldBe([1, 2, 4, 8, 30, 30]);
        most.ShouldBe([2, 4, 8, 16, 60, 60]);
    }

    private static readonly int[] Attempts = [1, 2, 3, 4, 10, 100];

    /// <summary>Whatever happens, and whenever progress is taken: every item is in exactly one place.</summary>
    [Fact]
    public void No_item_is_lost_or_doubled()
    {
        var cases =
            from items in Gen.Choose(1, 40)
            from what in Gen.Elements("success", "permanent", "transient", "stopped", "unstarted")
                .ArrayOf(items)
            from progressEvery in Gen.Choose(1, 10)
            from cancelAt in Gen.Choose(0, 80)
            from maxAttempts in Gen.Choose(1, 2)
            select (what, progressEvery, cancelAt, maxAttempts);
        Prop.ForAll(
                cases.ToArbitrary(),
                c => EachOnce(c.what, c.progressEvery, c.cancelAt, c.maxAttempts)
            )
            .QuickCheckThrowOnFailure();
    }

    private static bool EachOnce(string[] what, int progressEvery, int cancelAt, int maxAttempts)
    {
        var ledger = new ChunkLedger(Chunks.Of(what.Length, maxAttempts), Options);
        var settlements = new List<Settlement>();
        for (var item = 0; item < what.Length; item++)
        {
            if (item == cancelAt)
            {
                ledger.Cancel();
            }
            switch (what[item])
            {
                case "success":
                    ledger.Record(item, Attempt.Ended(ItemOutcome.Success()), default);
                    break;
                case "permanent":
                    ledger.Record(item, Attempt.Ended(ItemOutcome.Failure("no", "")), default);
                    break;
                case "transient":
                    ledger.Record(item, Attempt.Failed(Busy), default);
                    break;
                case "stopped":
                    ledger.Record(item, Attempt.Stopped, default);
                    break;
            }
            if (item % progressEvery == 0 && ledger.TakeProgress() is { } progress)
            {
                settlements.Add(progress);
            }
        }
        settlements.Add(ledger.Finish());

        var places = new List<int>();
        var held = what.Length;
        foreach (var settlement in settlements)
        {
            settlement.Held.ShouldBe(held);
            settlement.Outcomes!.ForEachPosition(places.Add);
            held -= settlement.Outcomes.Count;
        }
        var last = settlements[^1];
        foreach (var retry in last.Retries)
        {
            retry.Items.ForEach(places.Add);
        }
        last.Left?.ForEach(places.Add);
        places.Order().ShouldBe(Enumerable.Range(0, what.Length));
        (last.Retries.Count > 0 && (maxAttempts == 1 || cancelAt < what.Length)).ShouldBeFalse();
        return true;
    }

    private static int[] Items(ItemSet set)
    {
        var items = new List<int>();
        set.ForEach(items.Add);
        return [.. items];
    }
}
