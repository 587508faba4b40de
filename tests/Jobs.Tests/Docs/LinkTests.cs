using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Docs;

public sealed partial class LinkTests
{
    [Fact]
    public void Every_link_leads_to_a_file() =>
        Links()
            .Where(link => !File.Exists(link.File) && !Directory.Exists(link.File))
            .Select(link => link.Name)
            .ShouldBeEmpty();

    [Fact]
    public void Every_link_to_a_part_of_a_page_leads_to_a_heading() =>
        Links()
            .Where(link => link.Anchor.Length > 0 && File.Exists(link.File))
            .Where(link => !Anchors(link.File).Contains(link.Anchor, StringComparer.Ordinal))
            .Select(link => link.Name)
            .ShouldBeEmpty();

    private static IEnumerable<(string Name, string File, string Anchor)> Links() =>
        from page in Documentation.Pages
        from match in Link().Matches(page.Text)
        let target = match.Groups["target"].Value
        where !target.Contains("://", StringComparison.Ordinal)
        let parts = target.Split('#', 2)
        let file = parts[0].Length == 0
            ? page.Path
            : Path.GetFullPath(parts[0], Path.GetDirectoryName(page.Path)!)
        select (
            $"{Documentation.NameOf(page.Path)}: {target}",
            file,
            parts.Length > 1 ? parts[1] : ""
        );

    // As hosts of repositories make them: lower case, spaces to hyphens, other punctuation left out.
    private static IEnumerable<string> Anchors(string file) =>
        Heading()
            .Matches(File.ReadAllText(file))
            .Select(match => match.Groups["text"].Value.Trim().ToLowerInvariant())
            .Select(text => Punctuation().Replace(text, "").Replace(' ', '-'));

    [GeneratedRegex(
        @"\]\((?<target>[^)\s]+)\)",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Link();

    [GeneratedRegex(
        "^#+ (?<text>.+)$",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Punctuation();
}
