using Jobs.Resilience;
using Npgsql;

namespace Jobs.Kinds.Queries.Reports;

/// <summary>The errors of reports. What PostgreSQL says of the SQL is for the log alone: it may name what callers must not know.</summary>
public static class ReportErrors
{
    public const string UnknownReport = "unknown_report";
    public const string ReportFailed = "report_failed";

    public static ItemException Unknown(string name) =>
        Of(UnknownReport, $"There is no report '{name}'.", retryable: false);

    public static ItemException Invalid(FieldError error) =>
        Of(ErrorCodes.InvalidItem, $"{error.Field} {error.Message}", retryable: false);

    public static ItemException TooLong(Report report, Exception cause) =>
        Of(
            ErrorCodes.Timeout,
            $"The report took longer than its {report.Timeout.TotalSeconds} s.",
            retryable: true,
            cause
        );

    public static ItemException Refused(Report report, PostgresException cause) =>
        Of(
            ReportFailed,
            $"The database refused the report '{report.Name}' ({cause.SqlState}).{Hint(report, cause)}",
            retryable: false,
            cause
        );

    public static ItemException TooMuch(Report report, string what) =>
        Of(
            ReportFailed,
            $"The data source '{report.Source}' is connected to as {what}, whose rights a report could take back. Give it a role that can only read.",
            retryable: false
        );

    public static ItemException NoAccess(Exception cause) =>
        Of(
            ReportFailed,
            "The service could not make a role for reports over its own database; its health says what to do.",
            retryable: false,
            cause
        );

    public static ItemException Away(Report report, Exception cause) =>
        Of(
            ErrorCodes.Unavailable,
            $"The data source '{report.Source}' did not answer.",
            retryable: true,
            cause
        );

    public static ItemException Suspended(Report report, BreakerOpenException cause) =>
        new(
            new ItemError(
                ErrorCodes.Unavailable,
                $"The data source '{report.Source}' does not answer, so it is left alone for a while.",
                Retryable: true,
                cause.RetryAfter
            ),
            cause
        );

    public static ItemException Busy(Report report) =>
        Of(
            ErrorCodes.Unavailable,
            $"Other reports over the data source '{report.Source}' took all of its connections.",
            retryable: true
        );

    private static string Hint(Report report, PostgresException cause) =>
        report.Source == Report.OwnSource
        && cause.SqlState == PostgresErrorCodes.InsufficientPrivilege
            ? " Over the service's own database it may read the views of the schema jobs_reports, and nothing else."
            : "";

    private static ItemException Of(
        string code,
        string message,
        bool retryable,
        Exception? cause = null
    ) => new(new ItemError(code, message, retryable), cause);
}
