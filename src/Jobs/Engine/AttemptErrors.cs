using System.Globalization;
using Jobs.Kinds;
using Npgsql;

namespace Jobs.Engine;

/// <summary>The errors that the engine itself finds, and how it classifies what handlers throw.</summary>
internal static class AttemptErrors
{
    public static readonly ItemError InvalidResult = new(
        "invalid_result",
        "The handler's result is not valid UTF-8 JSON.",
        Retryable: false
    );

    public static ItemError From(Exception exception) =>
        exception switch
        {
            ItemException e => e.Error,
            NpgsqlException { IsTransient: true } => new(
                ErrorCodes.Unavailable,
                "The database did not answer.",
                true
            ),
            HttpRequestException e => new(ErrorCodes.Unavailable, e.Message, true),
            _ => new(
                ErrorCodes.HandlerError,
                $"{exception.GetType().Name}: {exception.Message}",
                true
            ),
        };

    public static ItemError Timeout(TimeSpan limit) =>
        new(
            ErrorCodes.Timeout,
            string.Create(
                CultureInfo.InvariantCulture,
                $"The item ran longer than its {limit.TotalMilliseconds:0} ms."
            ),
            Retryable: true
        );

    public static ItemError ResultTooLarge(int bytes) =>
        new(
            "result_too_large",
            $"The result has {bytes} bytes; at most {ChunkLedger.MaxResultBytes} are kept.",
            Retryable: false
        );

    public static ItemError WorkerLost(int deaths) =>
        new(
            ErrorCodes.WorkerLost,
            $"{deaths} workers died over this item, the last of them with nothing beside it.",
            Retryable: false
        );
}
