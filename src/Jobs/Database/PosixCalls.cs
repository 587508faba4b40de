using System.Runtime.InteropServices;

namespace Jobs.Database;

/// <summary>What .NET has no call for.</summary>
internal static partial class PosixCalls
{
    public const int Interrupt = 2;
    public const int Quit = 3;

    /// <summary>Sends a signal; 0 asks only whether the process exists. Returns 0 when it was sent.</summary>
    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Signal(int processId, int signal);

    [LibraryImport(
        "libc",
        EntryPoint = "chown",
        StringMarshalling = StringMarshalling.Utf8,
        SetLastError = true
    )]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int ChangeOwner(string path, int userId, int groupId);

    /// <summary>Makes the user and the group the owners of the file or folder.</summary>
    /// <exception cref="IOException">The owner could not be changed.</exception>
    public static void Give(string path, int userId, int groupId)
    {
        if (ChangeOwner(path, userId, groupId) != 0)
        {
            throw new IOException(
                $"'{path}' could not be given to user {userId}: {Marshal.GetLastPInvokeErrorMessage()}"
            );
        }
    }
}
