using Jobs.Batches;
using Jobs.Kinds;
using Jobs.Testing;
using Jobs.Tests.Engine;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Batches;

/// <summary>What is refused, by which field, and that it leaves nothing.</summary>
public sealed class RefusalTests : EngineTest
{
    [Fact]
    public async Task An_item_of_more_than_a_page_is_refused_by_its_index()
    {
        var host = await StartIdleAsync();

        var refused = await RefusedAsync(host, ["{}", Large(BatchLimits.PageBytes + 1)]);

        refused.Errors.ShouldBe([new BatchError("items[1]", "must have at most 262144 bytes")]);
        refused.Malformed.ShouldBeFalse();
    }

    [Fact]
    public async Task A_batch_that_is_refused_in_the_middle_of_its_stream_leaves_nothing()
    {
        var host = await StartIdleAsync();
        var before = await Database.RowsAsync(Stop);

        var refused = await RefusedAsync(
            host,
            [.. Enumerable.Repeat(Large(100_000), 60), "{\"a\":"]
        );

        refused.Malformed.ShouldBeTrue();
        refused.Errors[0].Field.ShouldBe("items[60]");
        (await Database.RowsAsync(Stop)).ShouldBe(before);
        // Its connection is good for the next.
        await host.SubmitAsync(Enumerable.Repeat(Large(100_000), 60), Stop);
    }

    [Fact]
    public async Task A_bad_item_fails_alone_unless_the_batch_is_strict()
    {
        var host = await StartAsync(
            Handling(item =>
                Faults(item.Payload).Count > 0
                    ? ItemOutcome.Failure(ErrorCodes.InvalidItem, "n: is bad")
                    : ItemOutcome.Success()
            ) with
            {
                Validate = Faults,
            }
        );
        string[] items = ["{\"n\":1}", "{\"n\":\"bad\"}", "{\"n\":3}", "{\"n\":\"bad\"}"];

        var lenient = await host.SubmitAsync(items, Stop);
        (await host.WaitForEndAsync(lenient.Id, Stop)).Counts.ShouldBe(
            new BatchCounts(4, 0, 0, 2, 2, 0)
        );
        var before = await Database.RowsAsync(Stop);
        var refused = await RefusedAsync(host, items, strict: true);

        refused.Errors.ShouldBe([new("items[1].n", "is bad"), new("items[3].n", "is bad")]);
        (await Database.RowsAsync(Stop)).ShouldBe(before);
    }

    [Fact]
    public async Task The_first_hundred_errors_are_listed_and_all_are_counted()
    {
        var host = await StartIdleAsync(new EngineHostOptions { Validate = Faults });

        var refused = await RefusedAsync(
            host,
            Enumerable.Repeat("{\"n\":\"bad\"}", 250),
            strict: true
        );

        refused.Errors.Count.ShouldBe(100);
        refused.ErrorCount.ShouldBe(250);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(1_200)]
    public async Task Two_items_with_one_custom_id_are_refused_by_both_indexes(int apart)
    {
        var host = await StartIdleAsync();

        var refused = await RefusedAsync(
            host,
            [
                "{\"customId\":\"a\"}",
                .. Enumerable.Range(0, apart).Select(n => $"{{\"customId\":\"other{n}\"}}"),
                "{\"customId\":\"a\"}",
            ]
        );

        refused.Errors.ShouldBe([
            new BatchError($"items[{apart + 1}].customId", "is also the id of items[0]"),
        ]);
    }

    [Theory]
    [InlineData("7", "must be a string")]
    [InlineData("\"\"", "must have 1 to 128 characters")]
    [InlineData("\"a\\u0000b\"", "must not contain control characters")]
    [InlineData("\"a\\nb\"", "must not contain control characters")]
    [InlineData("\"\\ud800\"", "is not valid Unicode text")]
    public async Task A_custom_id_is_text(string value, string message)
    {
        var host = await StartIdleAsync();

        var refused = await RefusedAsync(host, ["{}", $"{{\"customId\":{value}}}"]);

        refused.Errors.ShouldBe([new BatchError("items[1].customId", message)]);
    }

    [Fact]
    public async Task An_empty_batch_and_one_of_too_many_items_are_refused()
    {
        var host = await StartIdleAsync(new EngineHostOptions { Batches = o => o.MaxItems = 3 });

        (await RefusedAsync(host, [])).Errors.ShouldBe([
            new("items", "must have at least one item"),
        ]);
        (await RefusedAsync(host, ["{}", "{}", "{}", "{}"])).Errors.ShouldBe([
            new("items", "must have at most 3 items"),
        ]);
    }

    private static string Large(int bytes) => $"{{\"a\":\"{new string('x', bytes - 8)}\"}}";

    private static IReadOnlyList<FieldError> Faults(ReadOnlyMemory<byte> payload) =>
        payload.Span.IndexOf("bad"u8) >= 0 ? [new FieldError("n", "is bad")] : [];

    private static async Task<BatchRefusedException> RefusedAsync(
        EngineHost host,
        IEnumerable<string> items,
        bool strict = false
    ) =>
        await Should.ThrowAsync<BatchRefusedException>(
            host.SubmitAsync(items, Stop, host.Draft() with { Strict = strict })
        );
}
