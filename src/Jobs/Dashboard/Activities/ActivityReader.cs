using Npgsql;

namespace Jobs.Dashboard.Activities;

/// <summary>
/// Reads what happened to a tenant's work and what its keys did, from the rows that there are of it, a page at a time.
/// What was on a page stays where it was, whatever comes. Thread-safe.
/// </summary>
public sealed class ActivityReader(DashboardSource source)
{
    /// <summary>The newest, or those after the last of another page.</summary>
    /// <param name="tenantId">Whose.</param>
    /// <param name="type">Null for all.</param>
    /// <param name="isAdmin">Whether what only administrators do is among it.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cursor">Of that page; see <see cref="IsCursor"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<ActivityPage> ReadAsync(
        int tenantId,
        ActivityType? type,
        bool isAdmin,
        int limit,
        string? cursor,
        CancellationToken cancellationToken
    )
    {
        var after =
            cursor is not null && ActivityPlace.TryParse(cursor, out var place)
                ? place
                : ActivityPlace.First;
        // One more says whether there are more.
        var most = limit + 1;
        var found = new List<DashboardActivity>();
        if (type is null or ActivityType.Submitted)
        {
            found.AddRange(await SubmittedAsync(tenantId, after, most, cancellationToken));
        }
        if (type is null or ActivityType.Started)
        {
            found.AddRange(
                await MovedAsync(
                    ActivityStatements.Started,
                    ActivityType.Started,
                    ActivitySource.Started,
                    tenantId,
                    after,
                    most,
                    cancellationToken
                )
            );
        }
        if (type is null or ActivityType.Ended)
        {
            found.AddRange(
                await MovedAsync(
                    ActivityStatements.Ended,
                    ActivityType.Ended,
                    ActivitySource.Ended,
                    tenantId,
                    after,
                    most,
                    cancellationToken
                )
            );
        }
        if (RunStates(type) is { Length: > 0 } states)
        {
            found.AddRange(await RunsAsync(tenantId, after, states, most, cancellationToken));
        }
        if (ActivityActs.Of(type, isAdmin) is { Length: > 0 } acts)
        {
            found.AddRange(await ActsAsync(tenantId, after, acts, most, cancellationToken));
        }
        var page = ActivityPlace.Order(found).Take(limit).ToList();
        return new(page, found.Count > limit ? page[^1].Place.ToString() : null);
    }

    /// <summary>Whether a text is the cursor of a page.</summary>
    public static bool IsCursor(string text) => ActivityPlace.TryParse(text, out _);

    private Task<List<DashboardActivity>> SubmittedAsync(
        int tenantId,
        ActivityPlace after,
        int most,
        CancellationToken ct
    ) =>
        ListAsync(
            () =>
                DashboardReader.Command(
                    ActivityStatements.Submitted,
                    tenantId,
                    after.IdBefore(),
                    most
                ),
            row =>
                BatchOf(
                    row,
                    ActivityType.Submitted,
                    ActivitySource.Submitted,
                    ActivityPlace.TimeOf(row.GetGuid(0))
                ),
            ct
        );

    // Those that started, or that ended: by the moment in the last column.
    private Task<List<DashboardActivity>> MovedAsync(
        string statement,
        ActivityType type,
        ActivitySource from,
        int tenantId,
        ActivityPlace after,
        int most,
        CancellationToken ct
    ) =>
        ListAsync(
            () => DashboardReader.Command(statement, tenantId, after.At, after.KeyIn(from), most),
            row => BatchOf(row, type, from, row.GetFieldValue<DateTimeOffset>(5)),
            ct
        );

    private Task<List<DashboardActivity>> RunsAsync(
        int tenantId,
        ActivityPlace after,
        string[] states,
        int most,
        CancellationToken ct
    ) =>
        ListAsync(
            () =>
                DashboardReader.Command(
                    ActivityStatements.Runs,
                    tenantId,
                    after.At,
                    after.NumberIn(ActivitySource.Runs),
                    states,
                    most
                ),
            row =>
            {
                var at = row.GetFieldValue<DateTimeOffset>(2);
                return new DashboardActivity(
                    row.GetString(3) switch
                    {
                        "submitted" => ActivityType.ScheduleFired,
                        "skipped" => ActivityType.ScheduleSkipped,
                        _ => ActivityType.ScheduleFailed,
                    },
                    at,
                    row.IsDBNull(4) ? null : row.GetGuid(4),
                    Schedule: row.GetString(1),
                    ErrorCode: row.IsDBNull(5) ? null : row.GetString(5)
                )
                {
                    Place = new(at, ActivitySource.Runs, ActivityPlace.KeyOf(row.GetInt64(0))),
                };
            },
            ct
        );

    private Task<List<DashboardActivity>> ActsAsync(
        int tenantId,
        ActivityPlace after,
        string[] acts,
        int most,
        CancellationToken ct
    ) =>
        ListAsync(
            () =>
                DashboardReader.Command(
                    ActivityStatements.Acts,
                    tenantId,
                    after.At,
                    after.NumberIn(ActivitySource.Acts),
                    acts,
                    most
                ),
            row =>
            {
                var at = row.GetFieldValue<DateTimeOffset>(1);
                var action = row.GetString(2);
                var target = row.IsDBNull(4) ? null : row.GetString(4);
                var isBatch = action.StartsWith("batch.", StringComparison.Ordinal);
                return new DashboardActivity(
                    ActivityActs.TypeOf(action),
                    at,
                    isBatch && Guid.TryParse(target, out var batch) ? batch : null,
                    Schedule: action.StartsWith("schedule.", StringComparison.Ordinal)
                        ? target
                        : null,
                    Action: action,
                    Actor: row.IsDBNull(3) ? null : row.GetString(3),
                    Target: target
                )
                {
                    Place = new(at, ActivitySource.Acts, ActivityPlace.KeyOf(row.GetInt64(0))),
                };
            },
            ct
        );

    private Task<List<DashboardActivity>> ListAsync(
        Func<NpgsqlBatchCommand> command,
        Func<NpgsqlDataReader, DashboardActivity> read,
        CancellationToken cancellationToken
    ) =>
        source.ReadAsync(
            command,
            async (row, ct) =>
            {
                var found = new List<DashboardActivity>();
                while (await row.ReadAsync(ct))
                {
                    found.Add(read(row));
                }
                return found;
            },
            cancellationToken
        );

    private static DashboardActivity BatchOf(
        NpgsqlDataReader row,
        ActivityType type,
        ActivitySource from,
        DateTimeOffset at
    ) =>
        new(
            type,
            at,
            row.GetGuid(0),
            row.GetString(1),
            row.GetString(2),
            row.GetInt32(3),
            row.GetInt32(4)
        )
        {
            Place = new(at, from, row.GetGuid(0)),
        };

    private static string[] RunStates(ActivityType? type) =>
        type switch
        {
            null => ["submitted", "skipped", "failed"],
            ActivityType.ScheduleFired => ["submitted"],
            ActivityType.ScheduleSkipped => ["skipped"],
            ActivityType.ScheduleFailed => ["failed"],
            _ => [],
        };
}

/// <summary>Activities, the newest first, and where the next ones begin; null where there are none.</summary>
public sealed record ActivityPage(IReadOnlyList<DashboardActivity> Items, string? NextCursor);
