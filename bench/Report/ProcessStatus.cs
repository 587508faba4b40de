using System.Globalization;

namespace Jobs.Bench.Report;

/// <summary>What Linux says of a process, in <c>/proc</c>.</summary>
internal static class ProcessStatus
{
    /// <summary>Megabytes that are resident in memory.</summary>
    public static double Megabytes(int process) => Read(process, "VmRSS:") / 1024;

    public static double Threads(int process) => Read(process, "Threads:");

    private static double Read(int process, string name)
    {
        var line = File.ReadLines($"/proc/{process}/status")
            .First(l => l.StartsWith(name, StringComparison.Ordinal));
        return double.Parse(
            line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1],
            CultureInfo.InvariantCulture
        );
    }
}
