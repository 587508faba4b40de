using System.Text;
using Jobs.Kinds.Documents;
using Jobs.Testing;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Kinds.Documents;

/// <summary>Input that costs a naive reader its time, its stack or its memory.</summary>
public sealed class HostileDocumentTests(TestDatabase database)
    : IClassFixture<TestDatabase>,
        IAsyncDisposable
{
    private readonly KindServices services = new(database);

    public static TheoryData<string, string, int> Repeated =>
        new()
        {
            { "deep.html", "<div>", 5_000 },
            { "flat.html", "<p>", 100_000 },
            { "links.md", "[a](", 200_000 },
            { "quotes.md", "> ", 100_000 },
            { "comments.txt", "<!--", 50_000 },
            { "word.txt", "x", 1_000_000 },
        };

    [Theory, MemberData(nameof(Repeated))]
    public async Task Repetition_without_end_is_read_like_anything_else(
        string name,
        string unit,
        int times
    )
    {
        var content = string.Concat(Enumerable.Repeat(unit, times)) + " bottom";

        var (document, text, outcome) = await services.ReadAsync(
            name,
            Encoding.UTF8.GetBytes(content)
        );

        outcome.Error.ShouldBeNull();
        document.State.ShouldBe(DocumentState.Ready);
        text.ShouldContain("bottom");
    }

    public ValueTask DisposeAsync() => services.DisposeAsync();
}
