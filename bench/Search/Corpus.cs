using System.Globalization;
using System.Text;
using Npgsql;

namespace Jobs.Bench.Search;

/// <summary>Documents of made-up words, some common and most rare, as in any language; the same for the same seed.</summary>
internal sealed class Corpus(int passages, int seed)
{
    private const int Vocabulary = 200_000;

    // Words that any corpus of some thousand passages has.
    private const int Known = 5_000;
    private const int WordsPerPassage = 120;
    private const int PassagesPerDocument = 4;

    // The share of the n-th most frequent word is as 1/n.
    private static readonly double[] Shares = Cumulate();

    private readonly Random random = new(seed);

    public async Task LoadAsync(NpgsqlDataSource database, int tenantId)
    {
        var documents = Enumerable
            .Range(0, passages / PassagesPerDocument)
            .Select(_ => Guid.CreateVersion7(TimeProvider.System.GetUtcNow()))
            .ToArray();
        await ExecuteAsync(
            database,
            """
            with b as (
                insert into jobs.blobs (id, tenant_id, length, sha256)
                values (gen_random_uuid(), $1, 1, decode(repeat('ab', 32), 'hex')) returning id)
            insert into jobs.documents (id, tenant_id, batch_id, blob_id, state, name, media_type, length, sha256)
            select d, $1, gen_random_uuid(), b.id, 'ready', 'made up', 'text/plain', 1, sha256(d::text::bytea)
            from b, unnest($2::uuid[]) d
            """,
            tenantId,
            documents
        );
        await using (var connection = await database.OpenConnectionAsync())
        {
            await using var copy = await connection.BeginTextImportAsync(
                "copy jobs.passages (document_id, ordinal, tenant_id, body, terms) from stdin"
            );
            for (var n = 0; n < documents.Length * PassagesPerDocument; n++)
            {
                await copy.WriteAsync(
                    Row(documents[n / PassagesPerDocument], n % PassagesPerDocument, tenantId)
                );
            }
        }
        await ExecuteAsync(
            database,
            """
            insert into jobs.search_unindexed (document_id)
            select id from jobs.documents where tenant_id = $1
            """,
            tenantId
        );
        await ExecuteAsync(database, "analyze");
    }

    /// <summary>Queries of words as frequent as those of the text.</summary>
    public IReadOnlyList<string> Queries(int count, int words)
    {
        var queries = new List<string>();
        for (var n = 0; n < count; n++)
        {
            var chosen = new HashSet<int>();
            while (chosen.Count < words)
            {
                var word = Word();
                if (word < Known)
                {
                    chosen.Add(word);
                }
            }
            queries.Add(string.Join(' ', chosen.Select(Name)));
        }
        return queries;
    }

    private string Row(Guid document, int ordinal, int tenantId)
    {
        var places = new Dictionary<int, StringBuilder>();
        var body = new StringBuilder();
        for (var place = 1; place <= WordsPerPassage; place++)
        {
            var word = Word();
            body.Append(Name(word)).Append(' ');
            if (!places.TryGetValue(word, out var at))
            {
                places[word] = new StringBuilder().Append(place).Append('B');
            }
            else
            {
                at.Append(',').Append(place).Append('B');
            }
        }
        var terms = string.Join(' ', places.Select(p => $"'{Name(p.Key)}':{p.Value}"));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{document}\t{ordinal}\t{tenantId}\t{body}\t{terms}\n"
        );
    }

    private int Word()
    {
        var found = Array.BinarySearch(Shares, random.NextDouble());
        return Math.Min(Vocabulary - 1, found >= 0 ? found : ~found);
    }

    // A letter and a number: no stemmer changes it.
    private static string Name(int word) => string.Create(CultureInfo.InvariantCulture, $"x{word}");

    private static double[] Cumulate()
    {
        var shares = new double[Vocabulary];
        var sum = 0.0;
        for (var n = 0; n < Vocabulary; n++)
        {
            sum += 1.0 / (n + 1);
            shares[n] = sum;
        }
        return Array.ConvertAll(shares, s => s / sum);
    }

    private static async Task ExecuteAsync(
        NpgsqlDataSource database,
        string sql,
        params object[] values
    )
    {
        await using var command = database.CreateCommand(sql);
        command.CommandTimeout = 0;
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }
        await command.ExecuteNonQueryAsync();
    }
}
