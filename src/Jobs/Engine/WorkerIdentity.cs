using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using Jobs.Database;

namespace Jobs.Engine;

/// <summary>
/// Which process this is, so that another one on the same machine can tell that it is gone without waiting for its
/// lease to run out.
/// </summary>
internal sealed record WorkerIdentity(
    string Host,
    int ProcessId,
    string Place,
    long ProcessStarted,
    string Version
)
{
    private const int NoSuchProcess = 3;
    private const long Dead = -1;

    public static WorkerIdentity Current { get; } =
        new(
            Environment.MachineName,
            Environment.ProcessId,
            ReadPlace(),
            StartOf(Environment.ProcessId) ?? 0,
            typeof(WorkerIdentity)
                .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
                ?.InformationalVersion
                ?? "unknown"
        );

    /// <summary>Whether a process that was in this place has ended; false when it cannot be known.</summary>
    public bool KnowsEndOf(string place, int processId, long processStarted) =>
        Place.Length > 0
        && string.Equals(place, Place, StringComparison.Ordinal)
        && (
            !Exists(processId)
            // There is such a process: only one that can be looked at may be seen to be another.
            || (StartOf(processId) is { } start && start != processStarted)
        );

    private static bool Exists(int processId) =>
        PosixCalls.Signal(processId, 0) == 0 || Marshal.GetLastPInvokeError() != NoSuchProcess;

    // The boot and the process namespace: within both, process ids mean the same.
    private static string ReadPlace()
    {
        try
        {
            var boot = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
            var space = File.ResolveLinkTarget("/proc/self/ns/pid", returnFinalTarget: false)?.Name;
            return space is null ? "" : $"{boot}/{space}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Not Linux: leases run out by time.
            return "";
        }
    }

    // Field 22 of proc(5)'s stat, in clock ticks since boot; the name in field 2 may contain spaces and brackets.
    private static long? StartOf(int processId)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{processId}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            // A zombie has died; only its parent has not looked yet.
            return fields[0] is "Z" or "X"
                ? Dead
                : long.Parse(fields[19], CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
