using System.Text;

namespace Jobs.Parser;

/// <summary>
/// A process that reads untrusted files, so that no other has to: requests come on its standard input, what it read
/// goes to its standard output, and it ends when its input does. It is started in the limits that it runs in.
/// </summary>
internal static class ParserProgram
{
    /// <summary>Answers until its input ends.</summary>
    /// <param name="args">The folder that it may write to; or <c>--probe</c>.</param>
    public static async Task<int> Main(string[] args)
    {
        // Before a byte of a document is read; where it cannot be had, the other walls stand.
        SystemFilter.TryInstall();
        if (args is ["--probe"])
        {
            await ParserProbe.WriteAsync(Console.Out);
            return 0;
        }
        if (args is not [var folder] || !Directory.Exists(folder))
        {
            await Console.Error.WriteLineAsync(
                "Usage: Jobs.Parser FOLDER (started by a worker, not by hand)"
            );
            return 2;
        }
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        await using var input = Console.OpenStandardInput();
        await using var output = new BufferedStream(Console.OpenStandardOutput(), 64 * 1024);
        // A library that prints must not print into the answer.
        Console.SetOut(TextWriter.Null);
        await new ParserLoop(
            input,
            output,
            folder,
            new DocumentParser(TimeProvider.System)
        ).RunAsync(CancellationToken.None);
        return 0;
    }
}
