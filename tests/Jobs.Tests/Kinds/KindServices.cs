using System.Text;
using Jobs.Caching;
using Jobs.Database;
using Jobs.Kinds;
using Jobs.Kinds.Documents;
using Jobs.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Jobs.Tests.Kinds;

/// <summary>The kinds as a host wires them, on a test database, with the few steps that many tests take.</summary>
public sealed class KindServices : IAsyncDisposable
{
    public const int Tenant = 2;
    public const int OtherTenant = 1;
    private readonly TestDatabase database;
    private readonly ServiceProvider provider;
    private readonly RecordedLog log = new();
    private RemovalFollower? follower;

    public KindServices(TestDatabase database, params (string Key, string Value)[] settings)
    {
        this.database = database;
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(
            new ConfigurationBuilder()
                .AddInMemoryCollection(
                    settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))
                )
                .Build()
        );
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(DatabaseReadiness.Done());
        services.AddLogging(logging => logging.AddProvider(log));
        services.AddSingleton(database.DataSource);
        services.AddPooledDbContextFactory<JobsContext>(o =>
            o.UseNpgsql(database.DataSource.Requests)
        );
        services.AddBatches().AddCaching();
        services.AddDocuments().AddQueries().AddCleanup().AddMaintenance();
        provider = services.BuildServiceProvider();
    }

    /// <summary>The same, sharing its cache through the database as a host does once it has started.</summary>
    public static async Task<KindServices> StartAsync(
        TestDatabase database,
        params (string Key, string Value)[] settings
    )
    {
        var services = new KindServices(
            database,
            [.. settings, ("Jobs:Cache:Patience", "00:00:05"), ("Jobs:Cache:PollInterval", "1:00")]
        );
        services.follower = services
            .Get<IEnumerable<IHostedService>>()
            .OfType<RemovalFollower>()
            .Single();
        await services.follower.StartAsync(Token);
        await services.log.WaitForAsync("The shared cache is there", Token);
        return services;
    }

    private static CancellationToken Token => Xunit.TestContext.Current.CancellationToken;

    public T Get<T>()
        where T : notnull => provider.GetRequiredService<T>();

    public Kind Kind(string name) =>
        Get<KindRegistry>().TryGet(name, out var kind)
            ? kind
            : throw new KeyNotFoundException(name);

    public async Task<object?> ScalarAsync(string sql, params object[] values)
    {
        await using var command = database.DataSource.Requests.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }
        return await command.ExecuteScalarAsync(Token);
    }

    /// <summary>A batch as submission leaves it, or as it is when it has ended.</summary>
    public async Task<Guid> AddBatchAsync(
        bool ended = false,
        TimeSpan? age = null,
        TimeSpan? expiredFor = null
    )
    {
        var at = TimeProvider.System.GetUtcNow() - (age ?? TimeSpan.Zero);
        var id = Guid.CreateVersion7(at);
        await ScalarAsync(
            """
            insert into jobs.batches
                (id, tenant_id, kind, priority, state, total, succeeded, max_attempts, item_timeout_ms, submitted_at, finished_at, expires_at)
            values ($1, $2, 'document', 1, case when $3 then 'completed' else 'queued' end, 1, case when $3 then 1 else 0 end, 3,
                60000, $4, case when $3 then $4 end, case when $3 then now() - $5 end)
            """,
            id,
            Tenant,
            ended,
            at.ToUniversalTime(),
            expiredFor ?? TimeSpan.FromDays(-7)
        );
        return id;
    }

    public Task<FileVerdict> UploadAsync(string name, string content, params string[] tags) =>
        UploadAsync(name, Encoding.UTF8.GetBytes(content), tags);

    /// <summary>Takes a file in with a batch of its own.</summary>
    public async Task<FileVerdict> UploadAsync(string name, byte[] content, params string[] tags)
    {
        var batch = await AddBatchAsync();
        await using var upload = Get<DocumentIntake>().Begin(Tenant, tags);
        var verdict = await upload.ReceiveAsync(name, new MemoryStream(content), Token);
        await using var connection = await database.DataSource.Requests.OpenConnectionAsync(Token);
        await using var transaction = await connection.BeginTransactionAsync(Token);
        await upload.InsertAsync(connection, transaction, batch, Token);
        await transaction.CommitAsync(Token);
        return verdict;
    }

    public async Task<ItemOutcome> RunAsync(
        string kind,
        ReadOnlyMemory<byte> payload,
        int tenant = Tenant
    )
    {
        try
        {
            return await Kind(kind)
                .Handler.HandleAsync(new Item(tenant, Guid.Empty, 0, 1, payload), Token);
        }
        catch (ItemException e)
        {
            return ItemOutcome.Failure(e.Error);
        }
    }

    public Task<ItemOutcome> RunAsync(string kind, string payload) =>
        RunAsync(kind, Encoding.UTF8.GetBytes(payload));

    /// <summary>Takes a file in and reads it.</summary>
    public async Task<(Document Document, string Text, ItemOutcome Outcome)> ReadAsync(
        string name,
        byte[] content
    )
    {
        var verdict = await UploadAsync(name, content);
        var outcome = await RunAsync("document", verdict.Payload);
        var reader = Get<DocumentReader>();
        var document = await reader.GetAsync(Tenant, verdict.DocumentId!.Value, Token);
        using var text = new StreamReader(
            (await reader.OpenTextAsync(Tenant, document!.Id, Token))!
        );
        return (document, await text.ReadToEndAsync(Token), outcome);
    }

    /// <summary>What is known of a file that was taken in.</summary>
    public async Task<Document> DocumentAsync(FileVerdict verdict) =>
        (await Get<DocumentReader>().GetAsync(Tenant, verdict.DocumentId!.Value, Token))!;

    public async ValueTask DisposeAsync()
    {
        if (follower is not null)
        {
            await follower.StopAsync(CancellationToken.None);
        }
        await provider.DisposeAsync();
    }
}
