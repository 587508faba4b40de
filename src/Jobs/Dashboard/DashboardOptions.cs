namespace Jobs.Dashboard;

/// <summary>Where the dashboard reads; section <c>Jobs:Dashboard</c>.</summary>
public sealed class DashboardOptions
{
    public const string Section = "Jobs:Dashboard";
    public static readonly TimeSpan DefaultReplicaLag = TimeSpan.FromMinutes(2);

    /// <summary>
    /// How far the replica may be behind and still be read. The service writes at least once a minute, so that a replica
    /// of a quiet one is never behind for longer. Default 2 minutes.
    /// </summary>
    public TimeSpan ReplicaLag { get; set; } = DefaultReplicaLag;
}
