using Jobs.Batches;
using Jobs.Database;
using Microsoft.Extensions.Options;

namespace Jobs.Engine;

/// <summary>Makes scheduled chunks ready when their time has come. Thread-safe.</summary>
internal sealed class DueChunks(
    JobsDataSource database,
    WorkSignal signal,
    IOptions<BatchOptions> options
)
{
    /// <summary>Does what is due; says how long until the next.</summary>
    public async Task<TimeSpan> PromoteAsync(CancellationToken cancellationToken)
    {
        await using var command = database.Engine.CreateCommand(LeaseStatements.Promote);
        command.Parameters.Add(new() { Value = options.Value.RankStep });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var promoted = reader.GetInt32(0);
        if (promoted > 0)
        {
            signal.Announce(scheduled: false);
        }
        if (promoted == LeaseStatements.PromotedAtOnce)
        {
            return TimeSpan.Zero;
        }
        return reader.IsDBNull(1)
            ? TimeSpan.MaxValue
            : TimeSpan.FromSeconds(Math.Max(0, reader.GetDouble(1)));
    }
}
