namespace Jobs.Health;

/// <summary>How full the disk is that a folder is on.</summary>
internal static class DiskUse
{
    /// <summary>In percent of what may be used; null where it is not known.</summary>
    public static double? Percent(string? folder) =>
        Drive(folder) is { TotalSize: > 0 } drive
            ? 100.0 * (drive.TotalSize - drive.AvailableFreeSpace) / drive.TotalSize
            : null;

    public static DriveInfo? Drive(string? folder)
    {
        try
        {
            return folder is null ? null : new DriveInfo(Path.GetFullPath(folder));
        }
        catch (Exception e)
            when (e is IOException or ArgumentException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
