using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Jobs.Testing;

namespace Jobs.Web.Tests;

/// <summary>A host as it is published.</summary>
public sealed class PublishedHostTests
{
    [Fact]
    public async Task The_parser_and_all_that_it_depends_on_are_published_with_a_host()
    {
        using var folder = new TestFolder();

        await RunAsync(
            "publish",
            Path.Combine(Root(), "src", "Worker"),
            "--no-build",
            "--configuration",
            typeof(PublishedHostTests)
                .Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!
                .Configuration,
            "--output",
            folder.Location,
            "--nologo",
            "-p:UseAppHost=false"
        );

        // By this list the parser is copied to where its user can read it.
        using var dependencies = JsonDocument.Parse(
            await File.ReadAllTextAsync(
                Path.Combine(folder.Location, "Jobs.Parser.deps.json"),
                TestContext.Current.CancellationToken
            )
        );
        var files = dependencies
            .RootElement.GetProperty("targets")
            .EnumerateObject()
            .SelectMany(t => t.Value.EnumerateObject())
            .Where(l => l.Value.TryGetProperty("runtime", out _))
            .SelectMany(l => l.Value.GetProperty("runtime").EnumerateObject())
            .Select(f => Path.GetFileName(f.Name))
            .ToList();
        files.ShouldContain("MimeKit.dll", StringComparer.Ordinal);
        files
            .Where(f => !File.Exists(Path.Combine(folder.Location, f)))
            .ShouldBeEmpty("what the parser depends on is not there");
        (await RunAsync(Path.Combine(folder.Location, "Jobs.Parser.dll"), "--probe")).ShouldContain(
            "socket: "
        );
    }

    private static async Task<string> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo("dotnet", arguments)
            {
                RedirectStandardOutput = true,
                UseShellExecute = false,
            }
        )!;
        var output = await process.StandardOutput.ReadToEndAsync(
            TestContext.Current.CancellationToken
        );
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        process.ExitCode.ShouldBe(0, output);
        return output;
    }

    private static string Root([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(here, "..", "..", ".."));
}
