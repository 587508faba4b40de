using Jobs.Parser.Extraction.Markup;

namespace Jobs.Parser.Extraction.Office;

/// <summary>Where the parts of an Office package lead to. Only what is in the package is ever followed.</summary>
internal static class Relationships
{
    /// <summary>The relationships of a part, in their order; of the package itself where it is empty.</summary>
    public static IReadOnlyList<(string Id, string Type, string Target)> Of(
        GuardedArchive archive,
        string part,
        CancellationToken ct
    )
    {
        var slash = part.LastIndexOf('/');
        var folder = part[..(slash + 1)];
        var found = new List<(string, string, string)>();
        if (archive.Find($"{folder}_rels/{part[(slash + 1)..]}.rels") is not { } entry)
        {
            return found;
        }
        using var xml = GuardedXml.Open(archive.OpenEntry(entry), ct);
        while (xml.Read())
        {
            if (
                xml is { IsStart: true, Name: "Relationship" }
                && xml.Attribute("TargetMode") != "External"
                && xml.Attribute("Target") is { } target
            )
            {
                var type = xml.Attribute("Type") ?? "";
                found.Add(
                    (
                        xml.Attribute("Id") ?? "",
                        type[(type.LastIndexOf('/') + 1)..],
                        Resolve(folder, target)
                    )
                );
            }
        }
        return found;
    }

    /// <summary>A target by the folder of who refers to it; a name to look up, not a path to open.</summary>
    public static string Resolve(string folder, string target)
    {
        var segments = new List<string>();
        var whole = target.StartsWith('/') ? target : folder + target;
        foreach (var segment in whole.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (segment == "..")
            {
                segments.RemoveRange(Math.Max(0, segments.Count - 1), Math.Min(1, segments.Count));
            }
            else if (segment != ".")
            {
                segments.Add(segment);
            }
        }
        return string.Join('/', segments);
    }
}
