namespace Jobs.Engine;

/// <summary>
/// Whose turn it is on this worker. Each tenant has a virtual time: the seconds of slots that it used, divided by its
/// weight; the tenant with the least goes first. One that comes back after it had nothing to do starts with those that
/// are there: what it did not use is not saved up. After start-time fair queueing (Goyal, Vin and Cheng, 1996), with
/// what a chunk will cost estimated from those before it and put right when it has ended. Thread-safe.
/// </summary>
internal sealed class TenantShares(TimeProvider time)
{
    // Before anything is known of a tenant; only the order of the first few chunks depends on it.
    private const double FirstGuess = 0.01;
    private const double Smoothing = 0.3;

    // Every so many turns of a tenant, what has waited longer than its head start goes first.
    private const int TurnsPerAgedTurn = 4;

    private readonly Lock gate = new();
    private readonly Dictionary<int, Share> shares = [];
    private readonly Dictionary<LeasedChunk, Running> running = new(
        ReferenceEqualityComparer.Instance
    );
    private double now;
    private double guess = FirstGuess;

    /// <summary>What the next lease goes by.</summary>
    public Standing Current()
    {
        lock (gate)
        {
            var elapsed = running
                .Values.GroupBy(r => r.TenantId)
                .ToDictionary(g => g.Key, g => g.Sum(Excess));
            double PassOf(int id, Share share) =>
                share.Pass + elapsed.GetValueOrDefault(id) / share.Weight;

            var active = shares.Where(s => s.Value.Waits || s.Value.Runs > 0).ToList();
            if (active.Count > 0)
            {
                now = Math.Max(now, active.Min(s => PassOf(s.Key, s.Value)));
            }
            foreach (var (id, share) in shares)
            {
                if (!share.Waits && share.Runs == 0 && share.Pass <= now)
                {
                    shares.Remove(id);
                }
            }
            return new Standing(
                [.. shares.Keys],
                [.. shares.Select(s => Math.Max(now, PassOf(s.Key, s.Value)))],
                [.. shares.Values.Select(s => s.Cost / s.Weight)],
                [.. shares.Values.Select(s => s.Turns % TurnsPerAgedTurn == 0)],
                now,
                guess
            );
        }
    }

    /// <summary>Takes in what came of a lease.</summary>
    /// <param name="chunks">What was leased.</param>
    /// <param name="waiting">The tenants that had something ready, whether of theirs anything was leased or not.</param>
    public void Leased(IReadOnlyCollection<LeasedChunk> chunks, IReadOnlyCollection<int> waiting)
    {
        lock (gate)
        {
            foreach (var share in shares.Values)
            {
                share.Waits = false;
            }
            foreach (var tenant in waiting)
            {
                ShareOf(tenant).Waits = true;
            }
            foreach (var tenant in chunks.GroupBy(c => c.TenantId))
            {
                ChargeNeedsLock(tenant.Key, [.. tenant]);
            }
        }
    }

    /// <summary>Takes in a chunk that nobody had to wait for: it was leased when nothing else was there.</summary>
    public void Charge(LeasedChunk chunk)
    {
        lock (gate)
        {
            ChargeNeedsLock(chunk.TenantId, [chunk]);
        }
    }

    /// <summary>A leased chunk occupies a slot.</summary>
    public void Began(LeasedChunk chunk)
    {
        lock (gate)
        {
            if (running.TryGetValue(chunk, out var run))
            {
                running[chunk] = run with { Began = time.GetTimestamp() };
            }
        }
    }

    /// <summary>A leased chunk occupies its slot no more, or went back without one.</summary>
    public void Ended(LeasedChunk chunk)
    {
        lock (gate)
        {
            if (!running.Remove(chunk, out var run))
            {
                return;
            }
            var seconds = SecondsOf(run);
            var share = ShareOf(run.TenantId);
            share.Runs--;
            share.Pass += (seconds - run.Charged) / share.Weight;
            if (run.Began is not null)
            {
                share.Cost = Smooth(share.Cost, seconds);
                guess = Smooth(guess, seconds);
            }
        }
    }

    private void ChargeNeedsLock(int tenant, IReadOnlyList<LeasedChunk> chunks)
    {
        var share = ShareOf(tenant);
        share.Weight = chunks[0].TenantWeight;
        share.Pass = Math.Max(share.Pass, now);
        share.Turns++;
        foreach (var chunk in chunks)
        {
            share.Pass += share.Cost / share.Weight;
            share.Runs++;
            running[chunk] = new(tenant, null, share.Cost);
        }
    }

    private static double Smooth(double former, double seconds) =>
        Math.Max(1e-6, former + Smoothing * (seconds - former));

    // What a running chunk has used beyond what it was charged for.
    private double Excess(Running run) => Math.Max(0, SecondsOf(run) - run.Charged);

    private double SecondsOf(Running run) =>
        run.Began is { } began ? time.GetElapsedTime(began).TotalSeconds : 0;

    private Share ShareOf(int tenant)
    {
        if (!shares.TryGetValue(tenant, out var share))
        {
            shares[tenant] = share = new() { Pass = now, Cost = guess };
        }
        return share;
    }

    private readonly record struct Running(int TenantId, long? Began, double Charged);

    private sealed class Share
    {
        public double Pass { get; set; }

        // Seconds of a slot that one of its chunks is expected to take.
        public double Cost { get; set; }

        public int Weight { get; set; } = 1;

        public int Turns { get; set; }

        public int Runs { get; set; }

        public bool Waits { get; set; }
    }
}
