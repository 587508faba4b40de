using Jobs.Caching;
using Jobs.Caching.Shared;
using Npgsql;

namespace Jobs.Bench.Cache;

/// <summary>The statement that reads values, alone: one prepared command on one connection that is kept open.</summary>
internal sealed class RawRead : IAsyncDisposable
{
    private readonly NpgsqlConnection connection;
    private readonly NpgsqlCommand command;
    private readonly NpgsqlParameter<int[]> tenants = new();
    private readonly NpgsqlParameter<string[]> keys = new();

    private RawRead(NpgsqlConnection connection)
    {
        this.connection = connection;
        command = new NpgsqlCommand(SharedStatements.Read, connection)
        {
            Parameters = { tenants, keys },
        };
    }

    public static async Task<RawRead> OpenAsync(SharedDatabase database)
    {
        var read = new RawRead(await database.Pool.OpenConnectionAsync());
        read.tenants.TypedValue = [0];
        read.keys.TypedValue = [""];
        await read.command.PrepareAsync();
        return read;
    }

    public async Task ReadAsync(CacheKey key)
    {
        tenants.TypedValue = [key.Scope.TenantId];
        keys.TypedValue = [key.Stored];
        await using var row = await command.ExecuteReaderAsync();
        if (!await row.ReadAsync() || row.IsDBNull(2))
        {
            throw new InvalidOperationException("A hit was none.");
        }
        _ = row.GetFieldValue<byte[]>(2);
    }

    public async ValueTask DisposeAsync()
    {
        await command.DisposeAsync();
        await connection.DisposeAsync();
    }
}
