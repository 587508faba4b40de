using System.Globalization;

namespace Jobs.Monitoring;

/// <summary>What this process is called beside others: its machine and its process id.</summary>
internal static class NodeName
{
    public static string Current { get; } =
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Environment.MachineName}:{Environment.ProcessId}"
        );
}
