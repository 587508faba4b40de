using Jobs.Database;
using Npgsql;
using Xunit;

namespace Jobs.Testing;

/// <summary>
/// A database of its own for a test class: a clone of the migrated template, dropped at the end. A class fixture of
/// xUnit, or made by <see cref="CreateAsync"/> where a test needs one more.
/// </summary>
public sealed class TestDatabase : IAsyncLifetime
{
    private TestServer? _server;
    private JobsDataSource? _dataSource;
    private string? _connectionString;

    public string ConnectionString => _connectionString ?? throw NotInitialized();

    public JobsDataSource DataSource =>
        _dataSource ??= new JobsDataSource(
            new NpgsqlConnectionStringBuilder(ConnectionString) { Pooling = true }.ConnectionString
        );

    /// <summary>Makes a database; dispose it to drop it.</summary>
    /// <param name="migrated">Whether it is at the schema of this build, or empty.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<TestDatabase> CreateAsync(
        bool migrated,
        CancellationToken cancellationToken
    )
    {
        var database = new TestDatabase();
        await database.InitializeAsync(migrated, cancellationToken);
        return database;
    }

    public ValueTask InitializeAsync() => InitializeAsync(migrated: true, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        if (_dataSource is not null)
        {
            await _dataSource.DisposeAsync();
        }
        if (_server is not null && _connectionString is not null)
        {
            await _server.DropDatabaseAsync(_connectionString, CancellationToken.None);
        }
    }

    private static InvalidOperationException NotInitialized() =>
        new("The test database has not been made yet.");

    private async ValueTask InitializeAsync(bool migrated, CancellationToken ct)
    {
        _server = await TestServer.GetAsync();
        _connectionString = await _server.CreateDatabaseAsync(migrated, ct);
    }
}
