using System.Text.Json.Serialization;

namespace Jobs.Batches;

/// <summary>Where a batch is in its life; the names in lower case are those of the column <c>batches.state</c>.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<BatchState>))]
public enum BatchState
{
    /// <summary>No worker has taken up any of it.</summary>
    Queued,

    /// <summary>Some of it was taken up.</summary>
    Running,

    /// <summary>Nothing more of it is taken up until it is resumed.</summary>
    Paused,

    /// <summary>What has not started is cancelled; what runs is being stopped.</summary>
    Cancelling,

    /// <summary>Every item was executed to an outcome.</summary>
    Completed,

    /// <summary>It was cancelled, and every item has an outcome.</summary>
    Cancelled,

    /// <summary>It was not done in the time that its caller gave it.</summary>
    Expired,
}

public static class BatchStateExtensions
{
    private static readonly BatchState[] All = Enum.GetValues<BatchState>();

    /// <summary>Whether nothing of the batch will change any more.</summary>
    public static bool IsEnded(this BatchState state) =>
        state is BatchState.Completed or BatchState.Cancelled or BatchState.Expired;

    /// <summary>The name in the database and the API.</summary>
    public static string ToName(this BatchState state) =>
        state switch
        {
            BatchState.Queued => "queued",
            BatchState.Running => "running",
            BatchState.Paused => "paused",
            BatchState.Cancelling => "cancelling",
            BatchState.Completed => "completed",
            BatchState.Cancelled => "cancelled",
            BatchState.Expired => "expired",
            _ => throw new ArgumentOutOfRangeException(nameof(state)),
        };

    /// <summary>The state of a name; null where there is none.</summary>
    public static BatchState? FromName(string? name)
    {
        foreach (var state in All)
        {
            if (string.Equals(state.ToName(), name, StringComparison.Ordinal))
            {
                return state;
            }
        }
        return null;
    }
}
