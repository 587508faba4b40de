namespace Jobs.Monitoring.Gauges;

/// <summary>What is measured in the database and of no use to anybody else.</summary>
internal static class GaugeStatements
{
    /// <summary>Notifications that were ever written.</summary>
    public const string Notifications = """
        select coalesce(pg_sequence_last_value(pg_get_serial_sequence('jobs.notifications', 'id')::regclass), 0)
        """;
}
