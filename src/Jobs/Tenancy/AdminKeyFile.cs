namespace Jobs.Tenancy;

/// <summary>The admin key as it is kept for whoever may read the data directory's files: mode 0600.</summary>
internal sealed class AdminKeyFile(string dataDirectory)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public string Location { get; } = Path.Combine(dataDirectory, "admin-key");

    /// <summary>The key; null where there is none.</summary>
    public async Task<string?> ReadAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(Location))
        {
            return null;
        }
        var key = (await File.ReadAllTextAsync(Location, cancellationToken)).Trim();
        return key.Length > 0 ? key : null;
    }

    /// <summary>Keeps the key unless another process kept one first; returns the one that is kept.</summary>
    public async Task<string> KeepFirstAsync(string key, CancellationToken cancellationToken)
    {
        var draft = await DraftAsync(key, cancellationToken);
        try
        {
            File.Move(draft, Location, overwrite: false);
        }
        catch (IOException) when (File.Exists(Location))
        {
            File.Delete(draft);
        }
        return await ReadAsync(cancellationToken) ?? await ReplaceAsync(key, cancellationToken);
    }

    public async Task<string> ReplaceAsync(string key, CancellationToken cancellationToken)
    {
        File.Move(await DraftAsync(key, cancellationToken), Location, overwrite: true);
        return key;
    }

    private async Task<string> DraftAsync(string key, CancellationToken ct)
    {
        Directory.CreateDirectory(dataDirectory);
        var draft = $"{Location}.{Path.GetRandomFileName()}";
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }
        await using var file = new StreamWriter(draft, options);
        await file.WriteLineAsync(key.AsMemory(), ct);
        return draft;
    }
}
