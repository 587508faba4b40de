using Jobs.Caching;
using Jobs.Caching.Memory;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Caching;

/// <summary>The memory of a process: its bounds, and what it lets go.</summary>
public sealed class MemoryTierTests : IDisposable
{
    private static readonly ScopeId Scope = ScopeId.Of(CacheNamespaces.Content, 1, null);
    private readonly CacheStatistics statistics = new();
    private readonly CacheClock clock = new(TimeProvider.System);

    public void Dispose() => statistics.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void It_is_never_above_its_bounds_and_never_refuses(int seed)
    {
        var random = new Random(seed);
        var memory = Memory(50, 100_000);
        var held = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var step = 0; step < 20_000; step++)
        {
            var name = $"n{random.Next(200)}";
            switch (random.Next(10))
            {
                case < 5:
                    var size = random.Next(8) == 0 ? random.Next(30_000) : random.Next(500);
                    memory.Set(Entry(name, size, tags: [$"1:t{random.Next(5)}"])).ShouldBeTrue();
                    memory.TryGet(Key(name), clock.Now, out var entry).ShouldBeTrue();
                    entry!.ValueBytes.ShouldBe(size);
                    held[name] = size;
                    break;
                case < 8:
                    if (memory.TryGet(Key(name), clock.Now, out var found))
                    {
                        // The last that was set, whatever was let go meanwhile.
                        found.ValueBytes.ShouldBe(held[name]);
                    }
                    break;
                case 8:
                    memory.Remove(Key(name), long.MaxValue, EvictionCause.Removed);
                    memory.TryGet(Key(name), clock.Now, out _).ShouldBeFalse();
                    held.Remove(name);
                    break;
                default:
                    memory.RemoveTag($"1:t{random.Next(5)}", long.MaxValue);
                    break;
            }
            memory.Count.ShouldBeLessThanOrEqualTo(50);
            memory.Bytes.ShouldBeLessThanOrEqualTo(100_000);
        }
        memory.Clear(EvictionCause.Flushed);
        (memory.Count, memory.Bytes).ShouldBe((0, 0));
    }

    [Fact]
    public void What_is_in_use_survives_a_scan_of_everything_else()
    {
        var memory = Memory(100, 10_000_000);
        for (var round = 0; round < 4; round++)
        {
            for (var i = 0; i < 50; i++)
            {
                if (!memory.TryGet(Key($"used{i}"), clock.Now, out _))
                {
                    memory.Set(Entry($"used{i}", 10));
                }
            }
        }
        for (var i = 0; i < 10_000; i++)
        {
            memory.Set(Entry($"scan{i}", 10));
        }
        Enumerable
            .Range(0, 50)
            .Count(i => memory.TryGet(Key($"used{i}"), clock.Now, out _))
            .ShouldBe(50);
    }

    [Fact]
    public void What_is_larger_than_all_the_room_is_not_kept_and_takes_the_former_value_along()
    {
        var memory = Memory(10, 100_000);
        memory.Set(Entry("a", 10)).ShouldBeTrue();
        memory.Set(Entry("a", 200_000)).ShouldBeFalse();
        memory.TryGet(Key("a"), clock.Now, out _).ShouldBeFalse();
    }

    [Fact]
    public async Task Many_threads_leave_it_whole()
    {
        var memory = Memory(100, 1_000_000);
        await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(seed =>
                    Task.Run(
                        () =>
                        {
                            var random = new Random(seed);
                            for (var i = 0; i < 20_000; i++)
                            {
                                var name = $"n{random.Next(500)}";
                                if (!memory.TryGet(Key(name), clock.Now, out _))
                                {
                                    memory.Set(Entry(name, 10, tags: ["1:t"]));
                                }
                                if (random.Next(1_000) == 0)
                                {
                                    memory.RemoveTag("1:t", long.MaxValue);
                                }
                            }
                        },
                        TestContext.Current.CancellationToken
                    )
                )
        );
        memory.Count.ShouldBeLessThanOrEqualTo(100);
        memory.RemoveTag("1:t", long.MaxValue);
        (memory.Count, memory.Bytes).ShouldBe((0, 0));
    }

    private static CacheKey Key(string name) => new(Scope, name);

    private MemoryTier Memory(int entries, long bytes) =>
        new(
            Options.Create(new CacheOptions { MaxEntries = entries, MaxBytes = bytes }),
            clock,
            statistics
        );

    private MemoryEntry Entry(string name, int size, params string[] tags) =>
        new()
        {
            Key = Key(name),
            Payload = [],
            ValueBytes = size,
            Tags = tags,
            FreshUntil = clock.Now + 60_000,
            StaleUntil = clock.Now + 60_000,
            ExpiresAt = clock.Now + 60_000,
        };
}
