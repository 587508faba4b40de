using System.Text;
using System.Text.RegularExpressions;
using Jobs.Kinds;
using Jobs.Tests.Docs.Snippets;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Docs;

public sealed partial class SnippetTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void Every_piece_of_csharp_in_the_documentation_is_compiled_here()
    {
        var folder = Path.Combine(Documentation.Root, "tests", "Jobs.Tests", "Docs", "Snippets");
        var compiled = Directory
            .EnumerateFiles(folder, "*.cs")
            .SelectMany(File.ReadLines)
            .Select(line => line.Trim())
            .ToHashSet(StringComparer.Ordinal);
        var missing =
            from page in Documentation.Pages
            from snippet in CSharp().Matches(page.Text)
            from line in snippet.Groups["code"].Value.Split('\n')
            where !compiled.Contains(line.Trim())
            select $"{Documentation.NameOf(page.Path)}: {line.Trim()}";

        missing.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_handler_of_the_documentation_does_what_it_says()
    {
        var services = new ServiceCollection();
        WordsRegistration.Add(services);
        await using var provider = services.BuildServiceProvider();
        var kind = provider.GetRequiredService<Kind>();

        var outcome = await kind.Handler.HandleAsync(ItemOf("""{"text":"one two three"}"""), Stop);

        kind.Name.ShouldBe("words");
        Encoding.UTF8.GetString(outcome.Result.Span).ShouldBe("""{"words":3}""");
    }

    [Fact]
    public async Task Its_options_are_within_their_ranges()
    {
        var services = new ServiceCollection();
        WordsRegistration.AddWithOptions(services);
        await using var provider = services.BuildServiceProvider();

        provider.GetRequiredService<Kind>().ItemsPerPage.ShouldBe(100);
    }

    [Fact]
    public async Task It_refuses_an_item_without_text() =>
        (
            await Should.ThrowAsync<ItemException>(async () =>
                await new WordsHandler().HandleAsync(ItemOf("{}"), Stop)
            )
        ).Error.Code.ShouldBe(ErrorCodes.InvalidItem);

    private static Item ItemOf(string payload) =>
        new(TenantId: 1, Guid.Empty, Index: 0, Attempt: 1, Encoding.UTF8.GetBytes(payload));

    [GeneratedRegex(
        "```csharp\n(?<code>.*?)```",
        RegexOptions.Singleline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex CSharp();
}
