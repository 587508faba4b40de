using System.Text.Json;
using Jobs.Testing;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Kinds.Cleanup;

public sealed class CleanupHandlerTests : IAsyncLifetime
{
    private TestDatabase database = null!;
    private KindServices services = null!;

    public async ValueTask InitializeAsync()
    {
        database = await TestDatabase.CreateAsync(
            migrated: true,
            TestContext.Current.CancellationToken
        );
        services = new KindServices(database);
    }

    [Fact]
    public async Task Expired_cache_entries_go_and_others_stay()
    {
        await services.ScalarAsync(
            """
            insert into jobs.cache_entries (tenant_id, key, value, expires_at, expires_bucket)
            select 2, 'k' || n, '', t, floor(extract(epoch from t) / 600)
            from generate_series(1, 2501) n,
                lateral (select now() + case when n = 1 then interval '1 day' else interval '-1 hour' end) x (t)
            """
        );

        (await RunAsync("""{"targets":["cache"]}"""))
            .GetProperty("cacheEntries")
            .GetInt64()
            .ShouldBe(2500);
        (await services.ScalarAsync("select key from jobs.cache_entries")).ShouldBe("k1");
    }

    [Fact]
    public async Task What_was_noted_of_removals_goes_when_nothing_can_be_older()
    {
        await services.ScalarAsync(
            """
            with removals as (
                insert into jobs.cache_removals (at, items)
                select now() - n * interval '1 minute', '{a}' from generate_series(20, 1, -1) n),
            marks as (
                insert into jobs.cache_marks (tag, at) values ('2:old', now() - interval '16 days'), ('2:new', now())),
            prefixes as (
                insert into jobs.cache_prefixes (tenant_id, prefix, at)
                values (2, 'content:a', now() - interval '1 hour'), (2, 'content:b', now())),
            hidden as (
                insert into jobs.cache_entries (tenant_id, key, value, filled_at, expires_at, expires_bucket)
                select 2, 'content:' || n, '', now() - interval '2 hours', now() + interval '1 day', 1000000000
                from unnest(array['a1', 'a2', 'b1']) n)
            insert into jobs.cache_fills (tenant_id, key, holder, until)
            select 2, 'k' || n, gen_random_uuid(), now() + n * interval '1 minute' from generate_series(-1, 1) n
            """
        );

        var result = await RunAsync("""{"targets":["cache"]}""");

        result.GetProperty("cacheEntries").GetInt64().ShouldBe(2);
        (await services.ScalarAsync("select count(*) from jobs.cache_removals")).ShouldBe(9L);
        (await services.ScalarAsync("select tag from jobs.cache_marks")).ShouldBe("2:new");
        (await services.ScalarAsync("select prefix from jobs.cache_prefixes")).ShouldBe(
            "content:b"
        );
        (await services.ScalarAsync("select count(*) from jobs.cache_fills")).ShouldBe(1L);
    }

    [Fact]
    public async Task Idempotency_keys_go_after_their_day()
    {
        await services.ScalarAsync(
            """
            insert into jobs.idempotency_keys (tenant_id, key, token, busy_until, expires_at)
            select 2, sha256(n::text::bytea), gen_random_uuid(), now(), now() + make_interval(secs => case when n = 1 then 60 else -1 end)
            from generate_series(1, 1501) n
            """
        );

        (await RunAsync("""{"targets":["idempotency"]}"""))
            .GetProperty("idempotencyKeys")
            .GetInt64()
            .ShouldBe(1500);
        (await services.ScalarAsync("select count(*) from jobs.idempotency_keys")).ShouldBe(1L);
    }

    [Fact]
    public async Task Counters_of_rate_limits_go_when_they_are_as_if_nobody_had_called()
    {
        await services.ScalarAsync(
            """
            insert into jobs.rate_limits (policy, subject, bucket, day)
            select 'api', 'key:' || n, 1, case when n % 2 = 0 then 1 else 4000000000000000 end
            from generate_series(1, 2500) n
            """
        );

        (await RunAsync("""{"targets":["rateLimits"]}"""))
            .GetProperty("rateLimits")
            .GetInt64()
            .ShouldBe(1250);
        (
            await services.ScalarAsync("select count(*) from jobs.rate_limits where day > 1")
        ).ShouldBe(1250L);
        (await services.ScalarAsync("select count(*) from jobs.rate_limits")).ShouldBe(1250L);
    }

    [Fact]
    public async Task A_batch_past_its_retention_becomes_a_tombstone_without_pages()
    {
        var expired = await services.AddBatchAsync(
            ended: true,
            expiredFor: TimeSpan.FromMinutes(1)
        );
        var kept = await services.AddBatchAsync(ended: true);
        await AddPagesAsync(expired, 1200);
        await AddPagesAsync(kept, 1);

        var result = await RunAsync("{}");

        (result.GetProperty("batches").GetInt64(), result.GetProperty("pages").GetInt64()).ShouldBe(
            (1, 2400)
        );
        (
            await services.ScalarAsync(
                "select version from jobs.batches where id = $1 and purged_at is not null",
                expired
            )
        ).ShouldBe(2L);
        (await services.ScalarAsync("select count(*) from jobs.item_pages")).ShouldBe(1L);
        (await services.ScalarAsync("select count(*) from jobs.outcome_pages")).ShouldBe(1L);
        (
            await services.ScalarAsync(
                "select count(*) from jobs.batches where id = $1 and purged_at is null",
                kept
            )
        ).ShouldBe(1L);
    }

    [Fact]
    public async Task Old_tombstones_go()
    {
        var old = await services.AddBatchAsync(ended: true, expiredFor: TimeSpan.FromDays(40));
        await services.ScalarAsync(
            "update jobs.batches set purged_at = now() - interval '31 days' where id = $1",
            old
        );

        (await RunAsync("{}")).GetProperty("tombstones").GetInt64().ShouldBe(1);
    }

    [Fact]
    public async Task A_partition_is_dropped_when_its_week_is_over_and_none_of_its_batches_is_kept()
    {
        await services.ScalarAsync("select jobs.ensure_partitions(now() - interval '30 days', 2)");
        var gone = await services.AddBatchAsync(
            ended: true,
            age: TimeSpan.FromDays(30),
            expiredFor: TimeSpan.FromDays(1)
        );
        var kept = await services.AddBatchAsync(ended: true, age: TimeSpan.FromDays(23));
        await AddPagesAsync(gone, 5);
        await AddPagesAsync(kept, 5);

        var result = await RunAsync("{}");

        result.GetProperty("partitionsDropped").GetInt32().ShouldBe(2);
        result.GetProperty("batches").GetInt64().ShouldBe(1);
        result.GetProperty("pages").GetInt64().ShouldBe(0);
        (await services.ScalarAsync("select count(*) from jobs.item_pages")).ShouldBe(5L);
        (
            await services.ScalarAsync(
                "select count(*) from jobs.batches where id = $1 and purged_at is not null",
                gone
            )
        ).ShouldBe(1L);
        (await RunAsync("{}")).GetProperty("partitionsDropped").GetInt32().ShouldBe(0);
    }

    [Fact]
    public async Task A_partition_that_is_in_use_is_left_for_another_time()
    {
        await services.ScalarAsync("select jobs.ensure_partitions(now() - interval '30 days', 1)");
        var token = TestContext.Current.CancellationToken;
        await using (var reader = await database.DataSource.Requests.OpenConnectionAsync(token))
        await using (var transaction = await reader.BeginTransactionAsync(token))
        {
            await using var read = new Npgsql.NpgsqlCommand(
                "select count(*) from jobs.item_pages",
                reader,
                transaction
            );
            await read.ExecuteScalarAsync(token);
            (await RunAsync("{}")).GetProperty("partitionsDropped").GetInt32().ShouldBe(1);
        }

        (await RunAsync("{}")).GetProperty("partitionsDropped").GetInt32().ShouldBe(1);
    }

    [Fact]
    public async Task What_an_upload_left_behind_is_swept_after_a_day()
    {
        await services.ScalarAsync(
            """
            insert into jobs.blobs (id, tenant_id)
            select jobs.first_id_at(now() - n * interval '20 hours'), 2 from generate_series(1, 13) n
            """
        );
        var owned = await services.UploadAsync("a.txt", "owned");

        (await RunAsync("""{"targets":["originals"]}"""))
            .GetProperty("originals")
            .GetInt64()
            .ShouldBe(12);
        (
            await services.ScalarAsync(
                "select count(*) from jobs.blobs where document_id = $1",
                owned.DocumentId!
            )
        ).ShouldBe(1L);
    }

    [Fact]
    public async Task A_document_whose_batch_ended_without_it_is_failed()
    {
        var verdict = await services.UploadAsync("a.txt", "never read");
        await services.ScalarAsync(
            "update jobs.batches set state = 'cancelled', cancelled = 1, finished_at = now()"
        );

        (await RunAsync("{}")).GetProperty("abandonedDocuments").GetInt64().ShouldBe(1);
        (
            await services.ScalarAsync(
                "select error_code from jobs.documents where id = $1",
                verdict.DocumentId!
            )
        ).ShouldBe("batch_ended");
    }

    [Fact]
    public async Task An_unknown_target_is_refused()
    {
        (
            await services.RunAsync("cleanup", """{"targets":["cache","all"]}""")
        ).Error!.Message.ShouldStartWith("targets[1] ");
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        await database.DisposeAsync();
    }

    private async Task<JsonElement> RunAsync(string payload)
    {
        var outcome = await services.RunAsync("cleanup", payload);
        outcome.Error.ShouldBeNull();
        return JsonDocument.Parse(outcome.Result).RootElement;
    }

    private async Task AddPagesAsync(Guid batch, int count)
    {
        await services.ScalarAsync(
            "insert into jobs.item_pages (batch_id, page, first, count, items) select $1, n, n, 1, '1' from generate_series(1, $2) n",
            batch,
            count
        );
        await services.ScalarAsync(
            """
            insert into jobs.outcome_pages (batch_id, page, version, part, attempt, succeeded, failed, cancelled)
            select $1, n, 1, 0, 1, 1, 0, 0 from generate_series(1, $2) n
            """,
            batch,
            count
        );
    }
}
