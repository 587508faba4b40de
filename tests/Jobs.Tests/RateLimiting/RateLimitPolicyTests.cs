using System.Net;
using Jobs.RateLimiting;
using Shouldly;
using Xunit;

namespace Jobs.Tests.RateLimiting;

public sealed class RateLimitPolicyTests
{
    [Fact]
    public void The_policies_are_those_of_the_contract()
    {
        var policies = RateLimitPolicies.Defaults();

        (int, double, int) Of(string name) =>
            (
                policies[name].Permits,
                policies[name].Period.TotalSeconds,
                policies[name].Settings().Burst
            );
        Of("api").ShouldBe((100, 60, 150));
        Of("auth").ShouldBe((10, 60, 15));
        Of("query").ShouldBe((50, 60, 75));
        Of("upload").ShouldBe((20, 60, 30));
        foreach (var name in (string[])["auth", "upload"])
        {
            var settings = policies[name].Settings();
            (settings.PerMinute, settings.PerHour, settings.PerDay).ShouldBe((null, 1_000, 10_000));
        }
    }

    [Fact]
    public void No_window_of_a_policy_takes_from_its_bucket_what_the_bucket_allows_at_once_or_in_its_period()
    {
        foreach (var (name, options) in RateLimitPolicies.Defaults())
        {
            options.Settings().Faults().ShouldBeEmpty(name);
            var windows = Quota.WindowsOf(options.Settings());
            var bucket = windows[0];
            foreach (var window in windows.Skip(1))
            {
                window.Burst.ShouldBeGreaterThanOrEqualTo(bucket.Burst, name);
                window.Permits.ShouldBeGreaterThanOrEqualTo(bucket.Permits + bucket.Burst, name);
            }
        }
    }

    [Theory]
    [InlineData(60, 60, 9)]
    [InlineData(1_000, 3_600, 150)]
    [InlineData(10_000, 86_400, 1_500)]
    [InlineData(3, 3_600, 1)]
    public void A_window_has_about_a_sixth_of_its_number_as_burst(
        int permits,
        int seconds,
        int burst
    ) => RateWindow.Sliding(1, permits, TimeSpan.FromSeconds(seconds)).Burst.ShouldBe(burst);

    [Theory]
    [InlineData("POST /api/v1/batch/documents", "POST", "/api/v1/batch/documents", true)]
    [InlineData("POST /api/v1/batch/documents", "GET", "/api/v1/batch/documents", false)]
    [InlineData("* /api/v1/batch/jobs/{id}", "DELETE", "/api/v1/batch/jobs/{id}", true)]
    [InlineData("GET /api/v1/*", "GET", "/api/v1/search", true)]
    [InlineData("GET /api/v1/*", "GET", "/search", false)]
    public void Endpoints_are_named_by_method_and_path(
        string pattern,
        string method,
        string path,
        bool matches
    )
    {
        EndpointPattern.Is(pattern).ShouldBeTrue();
        EndpointPattern.Matches(pattern, method, path).ShouldBe(matches);
    }

    [Theory]
    [InlineData("")]
    [InlineData("POST")]
    [InlineData("post /a")]
    [InlineData("POST a")]
    [InlineData("POST /a*b")]
    [InlineData("POST /a /b")]
    public void What_names_no_endpoint_is_refused(string pattern) =>
        EndpointPattern.Is(pattern).ShouldBeFalse();

    [Theory]
    [InlineData("192.0.2.7", "address:192.0.2.7")]
    [InlineData("::ffff:192.0.2.7", "address:192.0.2.7")]
    [InlineData("2001:db8:1:2:3:4:5:6", "address:2001:db8:1:2::")]
    [InlineData("2001:db8:1:2::1", "address:2001:db8:1:2::")]
    [InlineData("::1", "address:::")]
    public void An_IPv4_address_is_counted_by_itself_and_IPv6_by_its_64(string address, string name)
    {
        var subject = RateLimitSubject.Address(IPAddress.Parse(address));

        subject.ToString().ShouldBe(name);
        RateLimitSubject.TryParse(name, out var again).ShouldBeTrue();
        again.ShouldBe(subject);
        RateLimitSubject.TryParse(address, out again).ShouldBeTrue();
        again.ShouldBe(subject);
    }

    [Fact]
    public void A_key_and_who_has_signed_in_with_it_are_counted_apart_under_its_id()
    {
        var id = Guid.Parse("0197a3c2-0000-7000-8000-0123456789ab");

        RateLimitSubject.Key(id, 2).ToString().ShouldBe($"key:{id}");
        RateLimitSubject.User(id, 2).ToString().ShouldBe($"user:{id}");
        RateLimitSubject.TryParse($"user:{id}", out var user).ShouldBeTrue();
        (user.Kind, user.KeyId).ShouldBe((SubjectKind.User, id));
        RateLimitSubject.TryParse(id.ToString(), out var key).ShouldBeTrue();
        key.Kind.ShouldBe(SubjectKind.Key);
        RateLimitSubject.TryParse("key:jobs_secret", out _).ShouldBeFalse();
        RateLimitSubject.TryParse("nonsense", out _).ShouldBeFalse();
    }
}
