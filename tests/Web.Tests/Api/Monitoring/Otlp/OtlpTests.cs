using Jobs.CrashHost;
using Jobs.Testing;
using Jobs.Web.Tests.Api.Monitoring.Traffic;

namespace Jobs.Web.Tests.Api.Monitoring.Otlp;

/// <summary>What a worker sends by OTLP, to its very end: what it counts while it stops is sent too.</summary>
public sealed class OtlpTests
{
    private const string Kind = "kind=\"work\"";
    private const string Standard = "tenant_class=\"standard\"";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("grpc", "application/grpc")]
    [InlineData("http/protobuf", "application/x-protobuf")]
    public async Task All_that_a_worker_counted_until_it_ended_is_sent(string protocol, string type)
    {
        using var folder = new TestFolder();
        await using var database = await TestDatabase.CreateAsync(migrated: true, Stop);
        await using var receiver = await OtlpReceiver.StartAsync(Stop);
        await using var caller = await EngineHost.StartIdleAsync(
            database,
            new EngineHostOptions(),
            Stop
        );
        var engine = new EngineTraffic(caller, database, new Ledger());
        using var worker = HostProcess.Start(
            "CrashHost",
            folder.Location,
            ("ConnectionStrings__Jobs", database.ConnectionString),
            ("Crash__Measured", "true"),
            ("Crash__Hold", "true"),
            ("Jobs__Engine__GracePeriod", "00:00:00"),
            ("Jobs__Engine__ProgressInterval", "00:00:00.1"),
            ("Jobs__Engine__LeaseTime", "00:05:00"),
            ("Jobs__Telemetry__OtlpProtocol", protocol),
            ("Jobs__Telemetry__OtlpEndpoint", protocol == "grpc" ? receiver.Grpc : receiver.Http)
        );
        // One ends at once, which is settled while the other goes on for ever; that goes back when the worker stops.
        var id = await engine.SubmitAsync(
            [new CrashItem(0, CrashFate.Succeed, 0), new CrashItem(1, CrashFate.Hold, 0)],
            Stop
        );
        await database.UntilAsync("select succeeded = 1 from jobs.batches where id = $1", Stop, id);

        (await worker.TerminateAsync(Stop)).ShouldBe(0, worker.Output);

        receiver
            .Of("jobs.chunks")
            .ShouldBe(
                Counts(
                    (1, [Kind, "outcome=\"progress\"", Standard]),
                    (1, [Kind, "outcome=\"handed_back\"", Standard])
                )
            );
        receiver.Of("jobs.items").ShouldBe(Counts((1, [Kind, "outcome=\"succeeded\"", Standard])));
        receiver.Of("jobs.retries").ShouldBeEmpty();
        receiver.Spans.Contains("execute chunk", StringComparer.Ordinal).ShouldBeTrue();
        receiver.Protocols.ShouldAllBe(p => p == type);
        (await database.ScalarAsync<string>("select state from jobs.chunks", Stop)).ShouldBe(
            "ready"
        );
    }

    private static SortedDictionary<string, double> Counts(
        params (double Count, string[] Labels)[] counts
    ) =>
        new(
            counts.ToDictionary(c => Scrape.Key(c.Labels), c => c.Count, StringComparer.Ordinal),
            StringComparer.Ordinal
        );
}
