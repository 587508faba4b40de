using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Jobs.Web.Ui;

/// <summary>Answers with a component: an endpoint reads what a page shows, the component only shows it.</summary>
internal static class Page
{
    /// <summary>An answer that is a page, or the part of one.</summary>
    /// <param name="parameters">An object whose properties are the component's parameters; null for none.</param>
    /// <param name="status">Of the response.</param>
    public static RazorComponentResult Of<TComponent>(
        object? parameters = null,
        int status = StatusCodes.Status200OK
    )
        where TComponent : IComponent =>
        new RazorComponentResult<TComponent>(parameters ?? new { })
        {
            StatusCode = status,
            PreventStreamingRendering = true,
        };
}
