using Jobs.Batches;
using Jobs.Kinds;
using Jobs.Testing;
using Jobs.Tests.Docs.Snippets;
using Jobs.Tests.Engine;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Docs;

/// <summary>The submission that the documentation shows: in the transaction of the caller's own rows.</summary>
public sealed class EmbeddingTests : EngineTest
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_batch_exists_if_and_only_if_the_order_does(bool entityFramework)
    {
        await Database.ScalarAsync<int>(
            "create table orders (id int generated always as identity primary key, text text not null)",
            Stop
        );
        var host = await StartIdleAsync(
            new() { Services = services => services.AddKind<WordsHandler>("words") }
        );
        var orders = new Orders(
            host.Get<BatchSubmitter>(),
            host.Get<KindRegistry>(),
            EngineHost.Tenant
        );
        var options = new DbContextOptionsBuilder<ShopContext>()
            .UseNpgsql(Database.DataSource.Requests)
            .Options;

        await PlaceAsync("one two three");
        (await CountsAsync()).ShouldBe("1 orders, 1 batches");

        // What is refused at the commit takes both with it.
        await Database.ScalarAsync<int>(
            """
            create function refuse() returns trigger language plpgsql as $$ begin raise 'refused'; end $$;
            create constraint trigger refused after insert on orders deferrable initially deferred
                for each row execute function refuse();
            """,
            Stop
        );
        await Should.ThrowAsync<Exception>(() => PlaceAsync("four"));
        (await CountsAsync()).ShouldBe("1 orders, 1 batches");

        async Task PlaceAsync(string text)
        {
            if (!entityFramework)
            {
                await orders.PlaceAsync(Database.DataSource.Requests, text, Stop);
                return;
            }
            await using var shop = new ShopContext(options);
            await orders.PlaceAsync(shop, text, Stop);
        }
    }

    private async Task<string> CountsAsync() =>
        (
            await Database.ScalarAsync<string>(
                "select format('%s orders, %s batches', (select count(*) from orders), (select count(*) from jobs.batches))",
                Stop
            )
        )!;
}
