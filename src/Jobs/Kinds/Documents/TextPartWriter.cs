using System.Text;
using Jobs.Parser.Extraction;
using Npgsql;

namespace Jobs.Kinds.Documents;

/// <summary>Writes the text of a document in parts while its blocks come. Not thread-safe.</summary>
internal sealed class TextPartWriter(NpgsqlConnection connection, Guid documentId)
{
    private const int PartLength = 256 * 1024;
    private readonly StringBuilder part = new();
    private int ordinal;

    public async ValueTask AddAsync(TextBlock block, CancellationToken ct)
    {
        if (part.Length >= PartLength)
        {
            await WriteAsync(ct);
        }
        part.Append(part.Length > 0 || ordinal > 0 ? "\n\n" : "").Append(block.Text);
    }

    public async ValueTask EndAsync(CancellationToken ct)
    {
        if (part.Length > 0)
        {
            part.Append('\n');
            await WriteAsync(ct);
        }
    }

    private async Task WriteAsync(CancellationToken ct)
    {
        await using var write = new NpgsqlCommand(DocumentSql.WriteText, connection)
        {
            Parameters =
            {
                new() { Value = documentId },
                new() { Value = ordinal++ },
                new() { Value = part.ToString() },
            },
        };
        await write.ExecuteNonQueryAsync(ct);
        part.Clear();
    }
}
