using Jobs.Database;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Database;

public sealed class PostgresBinariesTests
{
    [Fact]
    public async Task Without_an_installation_the_message_says_what_to_install()
    {
        var failure = await Should.ThrowAsync<EmbeddedPostgresException>(() =>
            PostgresBinaries.FindAsync([], null, TestContext.Current.CancellationToken)
        );
        failure.Message.ShouldContain("apt-get install postgresql");
        failure.Message.ShouldContain("ConnectionStrings__Jobs");
    }

    [Fact]
    public async Task A_cluster_of_another_version_says_which_one_it_needs()
    {
        var failure = await Should.ThrowAsync<EmbeddedPostgresException>(() =>
            PostgresBinaries.FindAsync(
                PostgresBinaries.Candidates(),
                9,
                TestContext.Current.CancellationToken
            )
        );
        failure.Message.ShouldContain("postgresql-9");
    }

    [Fact]
    public async Task An_installation_is_found_and_knows_its_version()
    {
        var found = await PostgresBinaries.FindAsync(
            PostgresBinaries.Candidates(),
            null,
            TestContext.Current.CancellationToken
        );
        found.Major.ShouldBeGreaterThanOrEqualTo(PostgresBinaries.OldestMajor);
        File.Exists(found.InitDb).ShouldBeTrue();
    }
}
