using System.Text;
using Jobs.Batches;
using Jobs.CrashHost;
using Jobs.Testing;

namespace Jobs.Web.Tests.Api.Monitoring.Traffic;

/// <summary>Batches of every fate for one worker, and a ledger of what it should have counted. Not thread-safe.</summary>
internal sealed class EngineTraffic(EngineHost caller, TestDatabase database, Ledger ledger)
{
    private const string Kind = "kind=\"work\"";
    private static readonly CrashItem Good = new(0, CrashFate.Succeed, 0);
    private static readonly CrashItem Endless = Good with { Milliseconds = 3_600_000 };

    /// <summary>Items that each end well, badly, or well at the second attempt.</summary>
    public async Task MixedAsync(CancellationToken ct)
    {
        var bad = Good with { Fate = CrashFate.Fail };
        var later = Good with { Fate = CrashFate.Retry };
        await EndAsync(
            await SubmitAsync(
                [
                    .. Enumerable.Repeat(Good, 7),
                    .. Enumerable.Repeat(bad, 2),
                    .. Enumerable.Repeat(later, 3),
                ],
                ct
            ),
            ct
        );
        Items("succeeded", 10);
        Items("failed", 2);
        ledger.Add("jobs_retries_total", 3, Kind);
        // The page, and what of it is tried again.
        Chunks("settled", 2);
        Executions(2);
        Ended();
    }

    /// <summary>Items of a tenant with a larger share.</summary>
    public async Task PreferredAsync(CancellationToken ct)
    {
        await EndAsync(await SubmitAsync([.. Enumerable.Repeat(Good, 5)], ct, tenant: 1), ct);
        Items("succeeded", 5, tenantClass: "preferred");
        Chunks("settled", 1, tenantClass: "preferred");
        Executions(1);
        Ended();
    }

    /// <summary>A batch that is cancelled while all of it runs.</summary>
    public async Task CancelledAsync(CancellationToken ct)
    {
        var id = await SubmitAsync([.. Enumerable.Repeat(Endless, 3)], ct);
        await RunningAsync(id, ct);
        await CancelAsync(id, ct);
        Items("cancelled", 3);
        Chunks("settled", 1);
        Executions(1);
        Ended();
    }

    /// <summary>A chunk whose lease is lost while it runs: what its worker writes is void, and then it gets it once more.</summary>
    public async Task LostAsync(CancellationToken ct)
    {
        var id = await SubmitAsync([Endless], ct);
        await RunningAsync(id, ct);
        await database.ScalarAsync<int>(
            "update jobs.chunks set token = token + 7 where batch_id = $1",
            ct,
            id
        );
        await CancelAsync(id, ct);
        Items("cancelled", 1);
        Chunks("lost", 1);
        Chunks("settled", 1);
        Executions(2);
        Ended();
    }

    /// <summary>Webhooks that are taken, refused for good, and to be sent again.</summary>
    public async Task WebhooksAsync(Receiver receiver, CancellationToken ct)
    {
        foreach (
            var (path, state) in ((string, string)[])
                [("/200", "delivered"), ("/410", "failed"), ("/500", "retried")]
        )
        {
            await EndAsync(
                await SubmitAsync(
                    [Good],
                    ct,
                    draft => draft with { CallbackUrl = receiver.Url() + path }
                ),
                ct
            );
            Items("succeeded", 1);
            Chunks("settled", 1);
            Executions(1);
            Ended();
            await database.UntilAsync(
                "select attempts = 1 and lease_until is null from jobs.webhook_deliveries where url = $1",
                ct,
                receiver.Url() + path
            );
            ledger.Add("jobs_webhook_attempts_total", 1, $"result=\"{state}\"");
            ledger.Add("jobs_webhook_duration_seconds_count", 1);
            // It would be sent again in five seconds.
            await database.ScalarAsync<int>(
                "update jobs.webhook_deliveries set due_at = now() + interval '1 day' where state = 'pending'",
                ct
            );
        }
    }

    /// <summary>Ticks that submit, are too late, and cannot submit.</summary>
    public async Task TicksAsync(CancellationToken ct)
    {
        var good = Encoding.UTF8.GetString(Good.ToJson());
        foreach (
            var (name, items, missed) in ((string, string, string)[])
                [
                    ("submitted", good, "run_once"),
                    ("skipped", good, "skip"),
                    ("failed", "not json", "run_once"),
                ]
        )
        {
            await database.ScalarAsync<int>(
                """
                insert into jobs.schedules (tenant_id, name, cron, time_zone, kind, priority, items, next_at, missed)
                values (2, $1, '0 0 1 1 *', 'UTC', 'work', 2, $2, now() - interval '1 hour', $3)
                """,
                ct,
                name,
                items,
                missed
            );
            ledger.Add("jobs_schedule_ticks_total", 1, $"result=\"{name}\"");
        }
        await database.UntilAsync(
            "select count(*) = 3 from jobs.schedules where cron = '0 0 1 1 *' and next_at > now()",
            ct
        );
        await database.UntilAsync(
            "select bool_and(b.finished_at is not null) from jobs.batches b join jobs.schedules s on s.last_batch_id = b.id",
            ct
        );
        Items("succeeded", 1);
        Chunks("settled", 1);
        Executions(1);
        Ended();
    }

    /// <summary>A batch for the cache.</summary>
    public async Task CacheAsync(CacheItem item, CancellationToken ct)
    {
        if (!caller.Get<Jobs.Kinds.KindRegistry>().TryGet(CacheItem.Kind, out var kind))
        {
            throw new InvalidOperationException("The caller does not know the kind.");
        }
        var batch = await caller.SubmitAsync(
            [item.ToJson()],
            ct,
            new BatchDraft(EngineHost.Tenant, kind)
        );
        await EndAsync(batch.Id, ct);
        const string Cache = "kind=\"cache\"";
        const string Standard = "tenant_class=\"standard\"";
        ledger.Add("jobs_items_total", 1, Cache, "outcome=\"succeeded\"", Standard);
        ledger.Add("jobs_chunks_total", 1, Cache, "outcome=\"settled\"", Standard);
        ledger.Add("jobs_chunk_duration_seconds_count", 1, Cache);
        ledger.Add("jobs_batch_duration_seconds_count", 1, Cache);
    }

    /// <summary>Two chunks over which two workers die: one with two items, and one whose item is then to blame.</summary>
    public async Task<IReadOnlyList<Guid>> DeadlyAsync(CancellationToken ct)
    {
        var holding = Good with { Fate = CrashFate.Hold };
        return [await SubmitAsync([holding], ct), await SubmitAsync([holding, holding], ct)];
    }

    /// <summary>The worker has found what others died over.</summary>
    public async Task RescuedAsync(IReadOnlyList<Guid> deadly, CancellationToken ct)
    {
        foreach (var id in deadly)
        {
            await EndAsync(id, ct);
        }
        ledger.Add("jobs_rescued_chunks_total", 2);
        ledger.Add("jobs_poison_chunks_total", 2, Kind);
        // The one to blame fails; the other chunk is halved, which is no failure of its items.
        Items("failed", 1);
        Items("succeeded", 2);
        Chunks("settled", 4);
        Executions(4);
        Ended();
        Ended();
    }

    public async Task<Guid> SubmitAsync(
        IReadOnlyList<CrashItem> items,
        CancellationToken ct,
        Func<BatchDraft, BatchDraft>? with = null,
        int tenant = EngineHost.Tenant
    )
    {
        var draft = caller.Draft() with { TenantId = tenant, ItemTimeout = TimeSpan.FromHours(1) };
        var batch = await caller.SubmitAsync(
            items.Select(i => Encoding.UTF8.GetString(i.ToJson())),
            ct,
            with is null ? draft : with(draft)
        );
        return batch.Id;
    }

    public async Task CancelAsync(Guid id, CancellationToken ct)
    {
        await caller.Get<BatchSteering>().CancelAsync(EngineHost.Tenant, id, ct);
        await EndAsync(id, ct);
    }

    /// <summary>Waits until a worker has all that is left of a batch.</summary>
    public Task RunningAsync(Guid id, CancellationToken ct) =>
        database.UntilAsync(
            "select coalesce(bool_and(state = 'leased'), false) from jobs.chunks where batch_id = $1",
            ct,
            id
        );

    private Task EndAsync(Guid id, CancellationToken ct) =>
        database.UntilAsync(
            "select finished_at is not null from jobs.batches where id = $1",
            ct,
            id
        );

    private void Items(string outcome, int count, string tenantClass = "standard") =>
        ledger.Add(
            "jobs_items_total",
            count,
            Kind,
            $"outcome=\"{outcome}\"",
            $"tenant_class=\"{tenantClass}\""
        );

    private void Chunks(string outcome, int count, string tenantClass = "standard") =>
        ledger.Add(
            "jobs_chunks_total",
            count,
            Kind,
            $"outcome=\"{outcome}\"",
            $"tenant_class=\"{tenantClass}\""
        );

    private void Executions(int count) =>
        ledger.Add("jobs_chunk_duration_seconds_count", count, Kind);

    private void Ended() => ledger.Add("jobs_batch_duration_seconds_count", 1, Kind);
}
