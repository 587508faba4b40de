using System.Diagnostics;
using Jobs.Testing;
using Npgsql;

namespace Jobs.Tests.Kinds.Queries;

/// <summary>Counts the round trips to one database while it stands: a command, or a batch of them, each.</summary>
internal sealed class CommandCount : IDisposable
{
    private readonly ActivityListener listener;
    private int count;

    public CommandCount(TestDatabase database)
    {
        var name = new NpgsqlConnectionStringBuilder(database.ConnectionString).Database;
        listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) =>
                ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if (activity.TagObjects.Any(t => Equals(t.Value, name)))
                {
                    Interlocked.Increment(ref count);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
    }

    public int Count => count;

    public void Dispose() => listener.Dispose();
}
