using Jobs.Database;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Jobs.Tenancy;

/// <summary>
/// The key of the first administrator: <c>Jobs:AdminKey</c>, or one that the first start makes. It is kept in the data
/// directory, and its hash is put into the database on every start. A configured key that replaces another revokes it.
/// A made key that was revoked is replaced by a new one on the next start.
/// </summary>
/// <remarks>Waits for the database as long as it takes; the host starts without it.</remarks>
public sealed class AdminKey(
    IOptions<JobsOptions> options,
    AdminKeyStore store,
    DatabaseReadiness readiness,
    TimeProvider time,
    ILogger<AdminKey> logger
) : IHostedLifecycleService, IDisposable
{
    public const int ShortestConfigured = 32;
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly AdminKeyFile _file = new(options.Value.DataDirectory!);
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<Guid> _keyId = new(
        TaskCreationOptions.RunContinuationsAsynchronously
    );
    private Task _background = Task.CompletedTask;

    /// <summary>Its id, once it is in the database. A sign-in link is made for it.</summary>
    public Task<Guid> KeyId => _keyId.Task;

    /// <summary>The file that holds it.</summary>
    public string Location => _file.Location;

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (readiness.IsReady)
        {
            await EnsureAsync(cancellationToken);
            return;
        }
        _background = EnsureWhenReadyAsync();
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => _stop.CancelAsync();

    public Task StopAsync(CancellationToken cancellationToken) => _background;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _stop.Dispose();

    /// <summary>The admin key itself, from its file.</summary>
    public async Task<string> ReadAsync(CancellationToken cancellationToken) =>
        await _file.ReadAsync(cancellationToken)
        ?? throw new InvalidOperationException($"There is no admin key in '{Location}'.");

    private async Task EnsureWhenReadyAsync()
    {
        try
        {
            await readiness.Migrated.WaitAsync(_stop.Token);
            while (!_keyId.Task.IsCompleted)
            {
                try
                {
                    await EnsureAsync(_stop.Token);
                }
                catch (Exception failure) when (failure is NpgsqlException or TimeoutException)
                {
                    TenancyLog.AdminKeyNotReady(logger, failure.Message);
                    await Task.Delay(RetryDelay, time, _stop.Token);
                }
            }
        }
        catch (OperationCanceledException)
        {
            _keyId.TrySetCanceled(_stop.Token);
        }
        catch (Exception failure)
        {
            TenancyLog.AdminKeyFailed(logger, failure);
            _keyId.TrySetException(failure);
        }
    }

    private async Task EnsureAsync(CancellationToken ct)
    {
        var former = await _file.ReadAsync(ct);
        Guid? id;
        if (options.Value.AdminKey is { Length: > 0 } configured)
        {
            // The database first: where that fails, the file still names the key that is to be revoked.
            id = await store.EnsureConfiguredAsync(configured, former, ct);
            if (!string.Equals(configured, former, StringComparison.Ordinal))
            {
                await _file.ReplaceAsync(configured, ct);
            }
        }
        else
        {
            var key = former ?? await _file.KeepFirstAsync(ApiKeys.NewKey(), ct);
            id = await store.EnsureAsync(key, ct);
            if (id is null)
            {
                key = await _file.ReplaceAsync(ApiKeys.NewKey(), ct);
                id = await store.EnsureAsync(key, ct);
                TenancyLog.AdminKeyReplaced(logger);
            }
        }
        TenancyLog.AdminKeyReady(logger, Location);
        _keyId.TrySetResult(id!.Value);
    }
}
