using Jobs.Batches;

namespace Jobs.Web.Ui.Batches;

/// <summary>Some items of a batch, and all its failures in groups.</summary>
/// <param name="Items">In their order.</param>
/// <param name="State">The only state that is shown; null for all.</param>
/// <param name="From">Index from which on they are shown.</param>
/// <param name="Next">Index of the first one of the next page; null on the last.</param>
/// <param name="Errors">Most frequent first.</param>
public sealed record ItemPageView(
    IReadOnlyList<ItemView> Items,
    ItemState? State,
    int From,
    int? Next,
    IReadOnlyList<ErrorGroup> Errors
);
