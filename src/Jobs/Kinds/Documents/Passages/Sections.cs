using Jobs.Parser.Text;

namespace Jobs.Kinds.Documents.Passages;

/// <summary>The headings that the present place in a document is under.</summary>
internal sealed class Sections
{
    private const string Separator = " › ";
    private const int MaxHeading = 120;
    private const int MaxPath = 300;
    private readonly List<(int Level, string Heading)> path = [];

    /// <summary>Outermost first; null above the first heading.</summary>
    public string? Path { get; private set; }

    /// <summary>Goes below a heading.</summary>
    /// <param name="level">From 1; a heading ends those of its level and below.</param>
    public void Enter(int level, string heading)
    {
        path.RemoveAll(p => p.Level >= level);
        if (CleanText.Line(heading, MaxHeading) is { } line)
        {
            path.Add((level, line));
        }
        Path =
            path.Count == 0
                ? null
                : CleanText.Cut(string.Join(Separator, path.Select(p => p.Heading)), MaxPath);
    }
}
