using Jobs.Batches;
using Npgsql;

namespace Jobs.Recurring;

/// <summary>Reads rows of <see cref="ScheduleStoreStatements"/>.</summary>
internal static class ScheduleRows
{
    private const int FirstOfRun = 12;

    public static Schedule ReadSchedule(NpgsqlDataReader row)
    {
        var enabled = row.GetBoolean(7);
        return new Schedule(
            row.GetString(0),
            row.GetString(1),
            row.GetString(2),
            row.GetString(3),
            (Priority)row.GetInt16(4),
            row.GetInt32(5),
            ScheduleOptions.FromJson(row.GetString(6)),
            enabled,
            MissedTicksExtensions.FromName(row.GetString(8)),
            enabled ? row.GetFieldValue<DateTimeOffset>(9) : null,
            ReadRun(row, FirstOfRun),
            row.GetFieldValue<DateTimeOffset>(10),
            row.GetFieldValue<DateTimeOffset>(11)
        );
    }

    /// <summary>The run in the columns from one on; null where there is none.</summary>
    public static ScheduleRun? ReadRun(NpgsqlDataReader row, int first)
    {
        if (row.IsDBNull(first))
        {
            return null;
        }
        BatchState? state = row.IsDBNull(first + 8)
            ? null
            : BatchStateExtensions.FromName(row.GetString(first + 8));
        return new ScheduleRun(
            row.GetInt64(first),
            row.IsDBNull(first + 1) ? null : row.GetFieldValue<DateTimeOffset>(first + 1),
            row.GetFieldValue<DateTimeOffset>(first + 2),
            Enum.Parse<ScheduleRunState>(row.GetString(first + 3), ignoreCase: true),
            row.IsDBNull(first + 4) ? null : row.GetGuid(first + 4),
            state,
            state != BatchState.Completed ? null
                : row.GetInt32(first + 10) == row.GetInt32(first + 9) ? BatchOutcome.Succeeded
                : row.GetInt32(first + 10) == 0 ? BatchOutcome.Failed
                : BatchOutcome.Partial,
            row.GetInt32(first + 5),
            row.IsDBNull(first + 6) ? null : row.GetString(first + 6),
            row.IsDBNull(first + 7) ? null : row.GetString(first + 7)
        );
    }
}
