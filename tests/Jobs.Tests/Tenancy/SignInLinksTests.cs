using Jobs.Tenancy;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Tenancy;

public sealed class SignInLinksTests
{
    private readonly MovableTime _time = new();

    [Fact]
    public void A_code_signs_in_once()
    {
        var links = new SignInLinks(_time);
        var key = Guid.CreateVersion7(_time.GetUtcNow());
        var code = links.Create(key);
        code.ShouldMatch("^[A-Za-z0-9_-]{43}$");
        links.Redeem(code).ShouldBe(key);
        links.Redeem(code).ShouldBeNull();
        links.Redeem("another").ShouldBeNull();
    }

    [Fact]
    public void A_code_ends_after_a_day()
    {
        var links = new SignInLinks(_time);
        var early = links.Create(Guid.CreateVersion7(_time.GetUtcNow()));
        _time.Advance(SignInLinks.Lifetime);
        var late = links.Create(Guid.CreateVersion7(_time.GetUtcNow()));
        links.Redeem(early).ShouldBeNull();
        links.Redeem(late).ShouldNotBeNull();
    }
}
