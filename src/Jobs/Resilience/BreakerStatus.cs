namespace Jobs.Resilience;

/// <summary>How a breaker of this process stands.</summary>
/// <param name="Service">What it stands before: <c>webhooks</c>, <c>s3</c>, <c>ocr</c>.</param>
/// <param name="Target">Which one of that sort; empty where there is one only. It may name tenants and hosts: for administrators.</param>
public sealed record BreakerStatus(string Service, string Target, BreakerState State);
