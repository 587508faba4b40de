using Microsoft.Extensions.Logging;
using Npgsql;

namespace Jobs.Kinds.Queries.Reports;

/// <summary>
/// Knows the data sources over which no report runs because of whom they sign in as, or over which they run though it
/// may do everything; looks at most once a minute, whoever asks. That a source is away is told by its breaker.
/// Thread-safe.
/// </summary>
public sealed class ReportCare(ReportSources sources, TimeProvider time, ILogger<ReportCare> log)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private Task<IReadOnlyList<ReportFault>>? last;
    private long at;

    public Task<IReadOnlyList<ReportFault>> LookAsync(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (last is null || time.GetElapsedTime(at) > Fresh)
            {
                // Nobody's token: others wait for the same.
                (last, at) = (LookAtAllAsync(), time.GetTimestamp());
            }
            return last.WaitAsync(cancellationToken);
        }
    }

    private async Task<IReadOnlyList<ReportFault>> LookAtAllAsync()
    {
        var found = await Task.WhenAll(sources.All.Select(LookAtAsync));
        return [.. found.OfType<ReportFault>()];
    }

    private async Task<ReportFault?> LookAtAsync(ReportSource source)
    {
        using var limit = new CancellationTokenSource(Patience, time);
        try
        {
            await using var connection = await source.OpenAsync(limit.Token);
            await using var transaction = await connection.BeginTransactionAsync(limit.Token);
            var rights = await ReportSession.BeginAsync(connection, source, Patience, limit.Token);
            return rights.TooMuch is { } what ? TooMuch(source, what) : null;
        }
        catch (PostgresException e) when (source.IsClosed(e))
        {
            ReportLog.Closed(log, e);
            return new ReportFault(
                source.Name,
                $"No report runs over the source '{source.Name}': the service may not make a role for them there, or it may not sign in.",
                $"Create one without any rights (create role reports login password '…') and let {Setting(source)}__ConnectionString sign in as it."
            );
        }
        catch (Exception e) when (e is NpgsqlException or OperationCanceledException)
        {
            return null;
        }
    }

    private static ReportFault TooMuch(ReportSource source, string what) =>
        source.AllowSuperuser
            ? new ReportFault(
                source.Name,
                $"Reports over the source '{source.Name}' run as {what}: who writes one may do everything there.",
                $"Let {Setting(source)}__ConnectionString sign in as a role that may only read, and take AllowSuperuser away."
            )
            : new ReportFault(
                source.Name,
                $"No report runs over the source '{source.Name}': it signs in as {what}.",
                $"Let {Setting(source)}__ConnectionString sign in as a role that may only read."
            );

    private static string Setting(ReportSource source) => $"Jobs__Reports__Sources__{source.Name}";
}
