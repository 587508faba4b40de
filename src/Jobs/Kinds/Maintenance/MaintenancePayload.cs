using Jobs.Database.Care;

namespace Jobs.Kinds.Maintenance;

/// <summary>The payload of a <c>maintenance</c> item: one step.</summary>
/// <param name="Action"><c>analyze</c>, <c>vacuum</c> or <c>reindex</c>.</param>
/// <param name="Target">A table, or for <c>reindex</c> an index; absent for all tables, to be analysed.</param>
internal sealed record MaintenancePayload(MaintenanceAction? Action, string? Target);

/// <summary>The result of a <c>maintenance</c> item.</summary>
/// <param name="BytesBefore">Of the table with all that belongs to it, or of the index.</param>
internal sealed record MaintenanceResult(
    MaintenanceAction Action,
    string? Target,
    long? BytesBefore,
    long? BytesAfter
);
