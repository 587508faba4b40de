using System.Net;
using Jobs.Tenancy;
using Npgsql;

namespace Jobs.Auditing;

/// <summary>
/// A call that is to leave a trace. It flows with the call: whoever changes something for it within a transaction
/// enters it there, so that there are both or neither; what nobody entered is entered before the call is answered.
/// Not thread-safe.
/// </summary>
/// <param name="action">Such as <c>batch.cancel</c>.</param>
/// <param name="target">What it is done to.</param>
/// <param name="address">Where it comes from.</param>
/// <param name="requestId">As the answer names it.</param>
/// <param name="caller">Who calls, as soon as that is known.</param>
public sealed class AuditAct(
    string action,
    string? target,
    IPAddress? address,
    string requestId,
    Func<Caller?> caller
)
{
    private static readonly AsyncLocal<AuditAct?> Flowing = new();

    private Dictionary<string, string>? detail;

    /// <summary>The call under way that is to leave a trace; null for none.</summary>
    public static AuditAct? Current
    {
        get => Flowing.Value;
        set => Flowing.Value = value;
    }

    public string Action => action;

    public IPAddress? Address => address;

    public string RequestId => requestId;

    public Caller? Caller => caller();

    /// <summary>What it is done to; of what is only made by it, set by who makes it.</summary>
    public string? Target { get; set; } = target;

    /// <summary>Whether it was entered, in a transaction that may still fail.</summary>
    public bool IsEntered { get; private set; }

    public IReadOnlyDictionary<string, string>? Detail => detail;

    /// <summary>Adds what else there is to know. Never a secret, nor what a caller's data says.</summary>
    public void Note(string name, string value) =>
        (detail ??= new(StringComparer.Ordinal))[name] = value;

    /// <summary>Enters the call under way, if there is one, in the transaction of the connection: it was done.</summary>
    public static async Task EnterAsync(
        NpgsqlConnection connection,
        CancellationToken cancellationToken
    )
    {
        if (Current is not { IsEntered: false } act)
        {
            return;
        }
        await using var command = new NpgsqlCommand(AuditStatements.Insert, connection);
        AuditTrail.AddParameters(command, act, AuditOutcome.Done, null, 1);
        await command.ExecuteNonQueryAsync(cancellationToken);
        act.IsEntered = true;
    }
}
