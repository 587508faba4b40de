using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Jobs.Hosting;

/// <summary>Pages that another part of the program adds to the front, with a link beside those of the front itself.</summary>
/// <param name="Path">Where they begin; everything below is theirs.</param>
/// <param name="Label">What the link says.</param>
/// <param name="Map">
/// Maps them behind an authorization that has let in administrators, and readers of the tenant that runs the service;
/// it is told how to know the former.
/// </param>
public sealed record FrontPart(
    string Path,
    string Label,
    Action<IEndpointRouteBuilder, Func<HttpContext, bool>> Map
);
