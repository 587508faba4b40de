using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Jobs.Testing;
using Jobs.Testing.Chaos;
using Microsoft.Extensions.Caching.Hybrid;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Caching;

/// <summary>
/// Two processes do random things with a cache beside a source that the test has, while their connections break. The
/// model is the source with one number for each name and process: the version below which a process must not answer
/// any more, since it has been told that the value was removed.
/// </summary>
public sealed class ModelTests(TestDatabase database, ITestOutputHelper output)
    : IClassFixture<TestDatabase>
{
    private const int Names = 12;
    private const int Steps = 600;
    private const int MaxEntries = 8;
    private static readonly string[] Tags = ["even", "odd"];
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(20);

    // What another run wrote may come late, when its network goes on again: its names are others.
    private readonly string prefix = Guid.CreateVersion7(TimeProvider.System.GetUtcNow())
        .ToString("N");
    private readonly ConcurrentDictionary<string, int> source = new(StringComparer.Ordinal);
    private readonly Queue<string> steps = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    // JOBS_TEST_SEED draws other steps.
    private static int Seed { get; } =
        int.Parse(
            Environment.GetEnvironmentVariable("JOBS_TEST_SEED") ?? "20260101",
            CultureInfo.InvariantCulture
        );

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(3, true)]
    public async Task A_cache_never_answers_what_it_was_told_to_forget(int run, bool cuts)
    {
        output.WriteLine($"JOBS_TEST_SEED={Seed}");
        var random = new Random(Seed + run);
        await ForgetOthersAsync();
        await using var here = TcpProxy.Start(database.ConnectionString);
        await using var there = TcpProxy.Start(database.ConnectionString);
        await using var one = await StartAsync(here);
        await using var two = await StartAsync(there);
        (CacheNode Node, TcpProxy Proxy, Dictionary<string, int> Least)[] sides =
        [
            (one, here, new(StringComparer.Ordinal)),
            (two, there, new(StringComparer.Ordinal)),
        ];
        try
        {
            for (var step = 0; step < Steps; step++)
            {
                var (node, proxy, least) = sides[random.Next(2)];
                if (cuts && random.Next(40) == 0)
                {
                    steps.Enqueue($"{step}: {Cut(proxy, random)}");
                }
                await StepAsync(step, node, least, random);
                node.Store.Summary().Entries.ShouldBeLessThanOrEqualTo(MaxEntries);
            }
            here.Resume();
            there.Resume();
            await SettleAsync(one, two);
        }
        catch
        {
            output.WriteLine(string.Join('\n', steps.TakeLast(40)));
            throw;
        }
    }

    [Fact]
    public async Task Many_at_once_never_see_what_was_removed_before_they_asked()
    {
        output.WriteLine($"JOBS_TEST_SEED={Seed}");
        await ForgetOthersAsync();
        await using var here = TcpProxy.Start(database.ConnectionString);
        await using var node = await StartAsync(here);
        var least = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        var end = Stopwatch.GetTimestamp() + (Stopwatch.Frequency * 2);
        var asked = 0;
        await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(worker =>
                    Task.Run(
                        async () =>
                        {
                            var random = new Random(Seed + worker);
                            while (Stopwatch.GetTimestamp() < end)
                            {
                                var name = NameOf(random.Next(3));
                                if (worker > 1)
                                {
                                    // What had been removed before this began.
                                    var floor = least.GetValueOrDefault(name);
                                    (await ReadAsync(node, name)).ShouldBeGreaterThanOrEqualTo(
                                        floor
                                    );
                                    Interlocked.Increment(ref asked);
                                    continue;
                                }
                                var version = source.AddOrUpdate(name, 1, (_, v) => v + 1);
                                // Never set: a value that two set at once may be the older one.
                                await RemoveAsync(node, name, version, random.Next(3));
                                least.AddOrUpdate(name, version, (_, v) => Math.Max(v, version));
                            }
                        },
                        Stop
                    )
                )
        );
        asked.ShouldBeGreaterThan(100);
    }

    // What other runs left.
    private Task ForgetOthersAsync() =>
        database.ScalarAsync<int>("truncate jobs.cache_entries", Stop);

    private string NameOf(int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{prefix}:{number}:");

    private static string TagOf(string name) =>
        Tags[int.Parse(name.Split(':')[1], CultureInfo.InvariantCulture) % 2];

    private static Task<CacheNode> StartAsync(TcpProxy proxy) =>
        CacheNode.StartAsync(
            proxy.ConnectionString,
            Stop,
            o =>
            {
                o.Patience = TimeSpan.FromMilliseconds(100);
                o.PollInterval = TimeSpan.FromMilliseconds(200);
                o.MaxEntries = MaxEntries;
            }
        );

    private async Task StepAsync(
        int step,
        CacheNode node,
        Dictionary<string, int> least,
        Random random
    )
    {
        var name = NameOf(random.Next(Names));
        if (random.Next(3) > 0)
        {
            var seen = await ReadAsync(node, name);
            steps.Enqueue($"{step}: read {name} = {seen}, source {Current(name)}");
            seen.ShouldBeInRange(least.GetValueOrDefault(name), Current(name));
            return;
        }
        var version = source.AddOrUpdate(name, 1, (_, v) => v + 1);
        var how = random.Next(4);
        steps.Enqueue($"{step}: {name} becomes {version}, removed by way {how}");
        await RemoveAsync(node, name, version, how);
        least[name] = version;
        if (how is 1)
        {
            // Whatever else has the tag is gone as well.
            foreach (var other in source.Keys.Where(n => TagOf(n) == TagOf(name)))
            {
                least[other] = Current(other);
            }
        }
    }

    private static async Task RemoveAsync(CacheNode node, string name, int version, int how)
    {
        switch (how)
        {
            case 0:
                await node.Scope.RemoveAsync(name, Stop);
                break;
            case 1:
                await node.Scope.RemoveByTagAsync(TagOf(name), Stop);
                break;
            case 2:
                await node.Scope.RemoveByPrefixAsync(name, Stop);
                break;
            default:
                await node.Scope.SetAsync(
                    name,
                    version,
                    (HybridCacheEntryOptions?)null,
                    [TagOf(name)],
                    Stop
                );
                break;
        }
    }

    private async Task<int> ReadAsync(CacheNode node, string name) =>
        (
            await node.Scope.AnswerAsync(
                name,
                (source, name),
                static (s, _) => ValueTask.FromResult(s.source.GetValueOrDefault(s.name)),
                tags: [TagOf(name)],
                cancellationToken: Stop
            )
        ).Value;

    private int Current(string name) => source.GetValueOrDefault(name);

    private static string Cut(TcpProxy proxy, Random random)
    {
        switch (random.Next(4))
        {
            case 0:
                proxy.Reset();
                return "connections reset";
            case 1:
                proxy.Silence();
                return "connections silent";
            case 2:
                proxy.Stall();
                return "network stands still";
            default:
                proxy.Resume();
                return "network goes on";
        }
    }

    // Once they are connected again, both have what the source has.
    private async Task SettleAsync(params CacheNode[] nodes)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await AreSettledAsync(nodes))
        {
            if (Stopwatch.GetElapsedTime(started) > EngineHost.Patience)
            {
                foreach (var name in source.Keys)
                {
                    foreach (var node in nodes)
                    {
                        (await ReadAsync(node, name)).ShouldBe(Current(name), name);
                    }
                }
            }
            await Task.Delay(LookInterval, TimeProvider.System, Stop);
        }
    }

    private async Task<bool> AreSettledAsync(CacheNode[] nodes)
    {
        foreach (var node in nodes)
        {
            if (!node.Store.IsShared)
            {
                return false;
            }
            foreach (var name in source.Keys)
            {
                if (await ReadAsync(node, name) != Current(name))
                {
                    return false;
                }
            }
        }
        return true;
    }
}
