namespace Jobs.Web.Ui.Batches;

/// <summary>Why an item failed, as its outcome says it.</summary>
public sealed record ItemFailure(string Code, string Message, bool Retryable);
