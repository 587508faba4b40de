using System.Data.Common;

namespace Jobs.Kinds.Documents;

/// <summary>Reads what was found of a document from its row.</summary>
internal static class StoredResult
{
    /// <summary>Media type, title, author, pages, words, language and warnings, from column <paramref name="first"/> on.</summary>
    public static DocumentResult Read(DbDataReader row, Guid id, int first) =>
        new(
            id,
            row.GetString(first),
            Text(row, first + 1),
            Text(row, first + 2),
            row.IsDBNull(first + 3) ? null : row.GetInt32(first + 3),
            row.IsDBNull(first + 4) ? 0 : row.GetInt32(first + 4),
            Text(row, first + 5),
            row.GetFieldValue<string[]>(first + 6),
            Reused: true
        );

    private static string? Text(DbDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetString(column);
}
