using Jobs.Tenancy;
using Jobs.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Tenancy;

public sealed class AdminKeyTests(TestDatabase database) : IClassFixture<TestDatabase>, IDisposable
{
    private readonly TestFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_first_start_makes_a_key_that_only_its_owner_reads_and_the_second_keeps_it()
    {
        var (first, id) = await StartAsync();
        File.GetUnixFileMode(Path.Combine(_folder.Location, "admin-key"))
            .ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var (second, again) = await StartAsync();
        second.ShouldBe(first);
        again.ShouldBe(id);
    }

    [Fact]
    public async Task A_configured_key_replaces_the_former_one()
    {
        var (made, _) = await StartAsync();
        var one = new string('1', AdminKey.ShortestConfigured);
        var two = new string('2', AdminKey.ShortestConfigured);
        await StartAsync(one);
        (await IsGoodAsync(made)).ShouldBeFalse();
        (await IsGoodAsync(one)).ShouldBeTrue();
        await StartAsync(two);
        (await IsGoodAsync(one)).ShouldBeFalse();
        (await IsGoodAsync(two)).ShouldBeTrue();
        await StartAsync(one);
        (await IsGoodAsync(one)).ShouldBeTrue();
        (await IsGoodAsync(two)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_configured_key_replaces_the_former_one_also_where_the_data_directory_is_new()
    {
        var three = new string('3', AdminKey.ShortestConfigured);
        var four = new string('4', AdminKey.ShortestConfigured);
        await StartAsync(three);
        File.Delete(Path.Combine(_folder.Location, "admin-key"));
        await StartAsync(four);
        (await IsGoodAsync(three)).ShouldBeFalse();
        (await IsGoodAsync(four)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_made_key_that_was_revoked_is_replaced_on_the_next_start()
    {
        var (first, id) = await StartAsync();
        using (var host = TenancyHost.Build(database.ConnectionString, _folder.Location))
        {
            await host.StartAsync(Stop);
            await host.Services.GetRequiredService<ApiKeys>().RevokeAsync(id, Stop);
            await host.StopAsync(Stop);
        }
        var (second, _) = await StartAsync();
        string.Equals(second, first, StringComparison.Ordinal).ShouldBeFalse();
        (await IsGoodAsync(first)).ShouldBeFalse();
        (await IsGoodAsync(second)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_configured_key_that_is_too_short_is_refused_with_the_reason()
    {
        using var host = TenancyHost.Build(database.ConnectionString, _folder.Location, "short");
        var failure = await Should.ThrowAsync<OptionsValidationException>(() =>
            host.StartAsync(Stop)
        );
        failure.Message.ShouldContain("32");
    }

    private async Task<(string Key, Guid Id)> StartAsync(string? configured = null)
    {
        var host = TenancyHost.Build(database.ConnectionString, _folder.Location, configured);
        await host.StartAsync(Stop);
        var admin = host.Services.GetRequiredService<AdminKey>();
        var id = await admin.KeyId.WaitAsync(Stop);
        var key = await admin.ReadAsync(Stop);
        var caller = await host.Services.GetRequiredService<ApiKeys>().FindAsync(key, Stop);
        caller!.KeyId.ShouldBe(id);
        caller.Tenant.ShouldBe("default");
        caller.May(Scopes.Admin | Scopes.Read | Scopes.Submit).ShouldBeTrue();
        await host.StopAndDisposeAsync(Stop);
        return (key, id);
    }

    private async Task<bool> IsGoodAsync(string key)
    {
        using var host = TenancyHost.Build(database.ConnectionString, _folder.Location);
        return await host.Services.GetRequiredService<ApiKeys>().FindAsync(key, Stop) is not null;
    }
}
