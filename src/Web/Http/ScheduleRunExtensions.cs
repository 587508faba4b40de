using Jobs.Batches;
using Jobs.Recurring;
using Jobs.Web.Api.Submission;
using Npgsql;

namespace Jobs.Web.Http;

/// <summary>A schedule that is run by hand, over the API and on its page.</summary>
internal static class ScheduleRunExtensions
{
    /// <summary>Begins its batch, and commits it as the caller does: with what is to be written alongside.</summary>
    public static async Task<IResult> RunAsync(
        this ScheduleRunner runner,
        int tenant,
        string name,
        Func<
            BatchSubmission,
            Func<NpgsqlConnection, NpgsqlTransaction, CancellationToken, Task>,
            Task<IResult>
        > commit,
        CancellationToken cancellationToken
    )
    {
        var begun = ScheduleFields.IsName(name)
            ? await runner.BeginAsync(tenant, name, cancellationToken)
            : default;
        await using var batch = begun.Batch;
        if (begun.UnknownKind is { } kind)
        {
            return Problems.Of(
                StatusCodes.Status409Conflict,
                "The kind is not known",
                $"This service does not know the kind '{kind}' any more."
            );
        }
        if (batch is null)
        {
            return Problems.NotFound("schedule");
        }
        try
        {
            return await commit(
                batch,
                (connection, transaction, ct) =>
                    ScheduleRunner.EnterAsync(connection, transaction, tenant, name, batch.Id, ct)
            );
        }
        catch (ScheduleGoneException)
        {
            return Problems.NotFound("schedule");
        }
    }
}
