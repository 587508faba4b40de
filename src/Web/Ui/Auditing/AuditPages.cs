using Jobs.Auditing;

namespace Jobs.Web.Ui.Auditing;

/// <summary>Who did what, as a page for administrators.</summary>
internal static class AuditPages
{
    private const int OnPage = 50;

    public static void Map(IEndpointRouteBuilder administering) =>
        administering.MapGet("/audit", OpenAsync);

    private static async Task<IResult> OpenAsync(
        [AsParameters] AuditForm form,
        long? before,
        AuditTrail trail,
        CancellationToken cancellationToken
    )
    {
        if (form.Read(out var filter) is { } error)
        {
            return Page.Of<AuditPage>(
                new { Form = form, Error = error },
                StatusCodes.Status422UnprocessableEntity
            );
        }
        var found = await trail
            .ReadAsync(filter, before, OnPage + 1, cancellationToken)
            .ToListAsync(cancellationToken);
        return Page.Of<AuditPage>(
            new
            {
                Form = form,
                Entries = (IReadOnlyList<AuditEntry>)[.. found.Take(OnPage)],
                Before = before,
                Next = found.Count > OnPage ? found[OnPage - 1].Id : (long?)null,
            }
        );
    }
}
