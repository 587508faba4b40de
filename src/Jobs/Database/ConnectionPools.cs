using System.Diagnostics.Metrics;

namespace Jobs.Database;

/// <summary>
/// How the pools of this process are used, as Npgsql measures it. Made before connections are asked for, since it adds up
/// who waits. Thread-safe.
/// </summary>
public sealed class ConnectionPools : IDisposable
{
    private const string Meter = "Npgsql";
    private const string Connections = "db.client.connection.count";
    private const string Most = "db.client.connection.max";
    private const string Pending = "db.client.connection.npgsql.pending_requests";
    private const string PoolTag = "db.client.connection.pool.name";
    private const string StateTag = "db.client.connection.state";

    private readonly MeterListener listener = new();
    private readonly Lock gate = new();
    private readonly SortedDictionary<string, PoolUse> pools = new(StringComparer.Ordinal);

    public ConnectionPools()
    {
        listener.InstrumentPublished = (instrument, to) =>
        {
            if (instrument.Meter.Name == Meter && instrument.Name is Connections or Most or Pending)
            {
                to.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<int>((i, value, tags, _) => Take(i.Name, value, tags));
        listener.SetMeasurementEventCallback<long>(
            (i, value, tags, _) => Take(i.Name, value, tags)
        );
        listener.Start();
    }

    /// <summary>As of now, by name.</summary>
    public IReadOnlyList<PoolUse> Read()
    {
        lock (gate)
        {
            foreach (var (name, pool) in pools.ToArray())
            {
                pools[name] = pool with { Used = 0, Idle = 0, Most = 0 };
            }
            listener.RecordObservableInstruments();
            // Who began to wait before this was made is not known.
            return
            [
                .. pools
                    .Values.Where(p => p.Most > 0)
                    .Select(p => p with { Waiting = Math.Max(0, p.Waiting) }),
            ];
        }
    }

    public void Dispose() => listener.Dispose();

    // Pools of one name are one: those of a process have names of their own.
    private void Take(
        string instrument,
        long value,
        ReadOnlySpan<KeyValuePair<string, object?>> tags
    )
    {
        if (Text(tags, PoolTag) is not { } name)
        {
            return;
        }
        lock (gate)
        {
            var pool = pools.GetValueOrDefault(name) ?? new PoolUse(name, 0, 0, 0, 0);
            pools[name] = instrument switch
            {
                Most => pool with { Most = pool.Most + value },
                Pending => pool with { Waiting = pool.Waiting + value },
                _ when Text(tags, StateTag) == "used" => pool with { Used = pool.Used + value },
                _ => pool with { Idle = pool.Idle + value },
            };
        }
    }

    private static string? Text(ReadOnlySpan<KeyValuePair<string, object?>> tags, string name)
    {
        foreach (var tag in tags)
        {
            if (tag.Key == name)
            {
                return tag.Value as string;
            }
        }
        return null;
    }
}

/// <summary>How a pool of connections is used.</summary>
/// <param name="Used">Connections that somebody has.</param>
/// <param name="Idle">Connections that nobody has.</param>
/// <param name="Most">Connections that it may have.</param>
/// <param name="Waiting">Who waits for a connection.</param>
public sealed record PoolUse(string Name, long Used, long Idle, long Most, long Waiting)
{
    /// <summary>Used and waited for, in percent of those that it may have: above 100 somebody waits.</summary>
    internal double Percent => 100.0 * (Used + Waiting) / Most;
}
