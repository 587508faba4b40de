using System.Text.RegularExpressions;
using Jobs.Testing;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Database;

/// <summary>
/// The engine's statements are planned once, maybe while there is nothing: chunks that a statement knows must be found
/// by their key even then. An index of the few that are ready or leased looks as cheap in an empty table, and is read
/// from end to end for each of them when a long transaction keeps its dead entries.
/// </summary>
public sealed partial class KeyPlanTests(TestDatabase empty) : IClassFixture<TestDatabase>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Lease", 2)]
    [InlineData("Lease by id", 3)]
    [InlineData("Settle", 3)]
    [InlineData("Disown", 1)]
    public async Task Chunks_that_are_known_are_found_by_their_key(string name, int times)
    {
        var plan = await PlanTests
            .Statements[name]
            .PlanAsync(empty.DataSource, "force_generic_plan", Guid.Empty, Stop);

        // The alias c stands for what is known.
        var found = Known().Matches(plan).Select(m => m.Groups["index"].Value).ToList();
        found.Count.ShouldBe(times, plan);
        found.ShouldAllBe(index => index == "chunks_pkey", plan);
    }

    [Theory]
    [InlineData("Get")]
    [InlineData("List")]
    public async Task What_runs_of_a_batch_is_found_among_what_is_leased(string name)
    {
        var plan = await PlanTests
            .Statements[name]
            .PlanAsync(empty.DataSource, "force_generic_plan", Guid.Empty, Stop);

        var found = Known().Matches(plan).Select(m => m.Groups["index"].Value);
        found.ShouldBe(["chunks_leased"], plan);
    }

    [GeneratedRegex(
        @"(Index( Only)? Scan using (?<index>\w+)|Seq Scan) on chunks c(_\d+)?$",
        RegexOptions.ExplicitCapture | RegexOptions.Multiline,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Known();
}
