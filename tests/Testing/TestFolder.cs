namespace Jobs.Testing;

/// <summary>A folder that ends with the test, open to the user who runs a server in it.</summary>
public sealed class TestFolder : IDisposable
{
    public TestFolder()
    {
        var folder = Directory.CreateTempSubdirectory("jobs-folder-");
        folder.UnixFileMode |= UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        Location = folder.FullName;
    }

    public string Location { get; }

    public void Dispose() => Delete(Location);

    internal static void Delete(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // What a test leaves in the temporary folder must not fail it.
        }
    }
}
