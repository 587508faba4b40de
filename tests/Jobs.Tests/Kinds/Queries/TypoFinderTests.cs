using Jobs.Kinds.Queries.Ranking;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Kinds.Queries;

public sealed class TypoFinderTests
{
    [Theory]
    [InlineData("flow", "flwo", true)]
    [InlineData("flow", "flw", true)]
    [InlineData("flow", "floww", true)]
    [InlineData("flow", "glow", true)]
    [InlineData("flow", "lfow", true)]
    [InlineData("flow", "flow", false)]
    [InlineData("flow", "wolf", false)]
    [InlineData("flow", "flew", true)]
    [InlineData("flow", "fluw2", false)]
    [InlineData("ab", "ba", true)]
    [InlineData("a", "", true)]
    public void One_mistake_is_near(string a, string b, bool near)
    {
        TypoFinder.IsNear(a, b).ShouldBe(near);
        TypoFinder.IsNear(b, a).ShouldBe(near);
    }
}
