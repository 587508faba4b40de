using Jobs.Batches;
using Jobs.Database;

namespace Jobs.Testing.Chaos;

/// <summary>
/// Batches that are worked on while blows fall, at moments that the seed draws; the laws are looked at all the time and
/// at the end.
/// </summary>
/// <param name="caller">Submits and executes nothing; by a way to the database that no blow cuts.</param>
/// <param name="leaseTime">Of the workers.</param>
/// <param name="random">Made from the seed.</param>
/// <param name="say">Takes a line on what happens.</param>
public sealed class ChaosRun(
    EngineHost caller,
    TimeSpan leaseTime,
    Random random,
    Action<string> say
)
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(20);
    private readonly List<ChaosBatch> batches = [];

    public IReadOnlyList<ChaosBatch> Batches => batches;

    public BatchLaws Laws { get; } = new(caller.Get<JobsDataSource>().Requests);

    public int Total => batches.Sum(b => b.Items.Count);

    /// <summary>Submits a batch whose end is told to a receiver.</summary>
    public async Task SubmitAsync(
        int count,
        int milliseconds,
        Receiver? receiver,
        CancellationToken cancellationToken,
        EngineHost? by = null
    )
    {
        var host = by ?? caller;
        var items = ChaosBatch.Draw(random, count, milliseconds);
        await using var batch = host.Get<BatchSubmitter>()
            .Begin(host.Draft() with { CallbackUrl = receiver?.Url() });
        foreach (var item in items)
        {
            await batch.AddAsync(item.ToJson(), cancellationToken);
        }
        await batch.CommitAsync(null, cancellationToken);
        batches.Add(new ChaosBatch(batch.Id, items));
    }

    /// <summary>
    /// Lets the blows fall, each when a share of the items is done that the seed draws; after the last the leases must
    /// end, then the work.
    /// </summary>
    public async Task RunAsync(
        IReadOnlyList<Blow> blows,
        Func<CancellationToken, Task> heal,
        CancellationToken cancellationToken
    )
    {
        using var end = new CancellationTokenSource();
        var watching = Task.Run(
            () => Laws.WatchAsync([.. batches.Select(b => b.Id)], end.Token),
            cancellationToken
        );
        try
        {
            for (var blow = 0; blow < blows.Count; blow++)
            {
                // All of them in the first two thirds: there is work to lose when the last one falls.
                var at = (int)((blow + random.NextDouble()) * Total * 2 / 3 / blows.Count);
                var done = await UntilAsync(at, watching, cancellationToken);
                await blows[blow].StrikeAsync(cancellationToken);
                say($"at {done} of {Total} items: {blows[blow].Name}");
            }
            var (leases, elapsed) = await Laws.LeasesEndAsync(leaseTime, cancellationToken);
            say($"{leases} leases ended within {elapsed.TotalSeconds:0.00} s of the last blow");
            await heal(cancellationToken);
            await UntilAsync(Total, watching, cancellationToken);
        }
        finally
        {
            await end.CancelAsync();
        }
        say($"the laws held in {await watching} looks");
        foreach (var batch in batches)
        {
            await Laws.EndedAsync(batch, cancellationToken);
        }
    }

    private async Task<int> UntilAsync(int least, Task watching, CancellationToken ct)
    {
        while (true)
        {
            if (watching.IsFaulted)
            {
                await watching;
            }
            var done = await Laws.DoneAsync(batches, ct);
            if (done >= least)
            {
                return done;
            }
            await Task.Delay(LookInterval, TimeProvider.System, ct);
        }
    }
}
