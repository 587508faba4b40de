using Jobs.Kinds.Documents;
using Jobs.Testing;
using Jobs.Testing.Documents;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Kinds.Documents;

/// <summary>Each kind of harm that a file can be made to do, the code that it ends with, and that the next file is read.</summary>
public sealed class HostileFilesTests(TestDatabase database)
    : IClassFixture<TestDatabase>,
        IAsyncDisposable
{
    private readonly KindServices services = new(database);

    public static TheoryData<int, string> Files
    {
        get
        {
            var data = new TheoryData<int, string>();
            for (var i = 0; i < HostileFiles.All.Count; i++)
            {
                data.Add(
                    i,
                    HostileFiles.All[i].Name[..Math.Min(40, HostileFiles.All[i].Name.Length)]
                );
            }
            return data;
        }
    }

    [Theory, MemberData(nameof(Files))]
    public async Task A_hostile_file_ends_with_its_code_and_the_next_file_is_read(
        int index,
        string name
    )
    {
        var file = HostileFiles.All[index];
        name.ShouldNotBeEmpty();

        var verdict = await services.UploadAsync(file.Name, file.Bytes());
        var error = verdict.Error;
        if (verdict.Kind == FileVerdictKind.Accepted)
        {
            error = (await services.RunAsync("document", verdict.Payload)).Error;
        }

        error?.Code.ShouldBe(file.Code, error.Message);
        (error is null).ShouldBe(file.Code is null);
        if (error is not null)
        {
            error.Retryable.ShouldBeFalse();
            // What a person can do.
            error.Message.ShouldContain(". ");
        }
        else
        {
            var document = await services.DocumentAsync(verdict);
            document.Name.Length.ShouldBeLessThanOrEqualTo(DocumentLimits.MaxName);
            if (file.Warning is { } warning)
            {
                document
                    .Warnings.Contains(warning, StringComparer.Ordinal)
                    .ShouldBeTrue(string.Join(", ", document.Warnings));
            }
        }
        var (next, _, _) = await services.ReadAsync(
            $"next-{index}.txt",
            System.Text.Encoding.UTF8.GetBytes($"The file after {index}.")
        );
        next.State.ShouldBe(DocumentState.Ready);
    }

    public ValueTask DisposeAsync() => services.DisposeAsync();
}
