using System.Text.Json;
using Jobs.Batches;
using Jobs.Kinds;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Jobs.Tests.Docs.Snippets;

/// <summary>Batches that exist if and only if the caller's own rows do.</summary>
internal sealed class Orders(BatchSubmitter batches, KindRegistry kinds, int tenant)
{
    public async Task PlaceAsync(
        NpgsqlDataSource shop,
        string text,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await shop.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var insert = new NpgsqlCommand(
            "insert into orders (text) values ($1)",
            connection
        );
        insert.Parameters.Add(new() { Value = text });
        await insert.ExecuteNonQueryAsync(cancellationToken);

        await using var batch = await WordsAsync(text, cancellationToken);
        await batch.WriteAsync(connection, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        batch.Announce();
    }

    public async Task PlaceAsync(ShopContext shop, string text, CancellationToken cancellationToken)
    {
        await using var transaction = await shop.Database.BeginTransactionAsync(cancellationToken);
        shop.Orders.Add(new Order { Text = text });
        await shop.SaveChangesAsync(cancellationToken);

        await using var batch = await WordsAsync(text, cancellationToken);
        await batch.WriteAsync(
            (NpgsqlConnection)shop.Database.GetDbConnection(),
            (NpgsqlTransaction)transaction.GetDbTransaction(),
            cancellationToken
        );
        await transaction.CommitAsync(cancellationToken);
        batch.Announce();
    }

    private async Task<BatchSubmission> WordsAsync(string text, CancellationToken cancellationToken)
    {
        var kind = kinds.All.Single(k => k.Name == "words");
        var batch = batches.Begin(new BatchDraft(tenant, kind));
        var item = JsonSerializer.SerializeToUtf8Bytes(new { text });
        await batch.AddAsync(item, cancellationToken);
        return batch;
    }
}
