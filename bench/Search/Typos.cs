namespace Jobs.Bench.Search;

/// <summary>Makes one mistake in one word, as hands do: a letter left out, doubled, replaced, or two that change places.</summary>
internal sealed class Typos(int seed)
{
    private const int ShortestWord = 4;
    private readonly Random random = new(seed);

    /// <summary>The query with a mistake; as it is where no word is long enough.</summary>
    public string Of(string query)
    {
        var words = query.Split(' ');
        var places = words
            .Index()
            .Where(w => w.Item.Length >= ShortestWord && w.Item.All(char.IsAsciiLetter))
            .Select(w => w.Index)
            .ToList();
        if (places.Count == 0)
        {
            return query;
        }
        var place = places[random.Next(places.Count)];
        words[place] = Mistake(words[place]);
        return string.Join(' ', words);
    }

    private string Mistake(string word)
    {
        while (true)
        {
            var at = random.Next(word.Length);
            var letter = (char)('a' + random.Next(26));
            var wrong = random.Next(4) switch
            {
                0 => word.Remove(at, 1),
                1 => word.Insert(at, letter.ToString()),
                2 => word.Remove(at, 1).Insert(at, letter.ToString()),
                _ when at + 1 < word.Length => word.Remove(at, 2)
                    .Insert(at, new string([word[at + 1], word[at]])),
                _ => word,
            };
            if (wrong != word)
            {
                return wrong;
            }
        }
    }
}
