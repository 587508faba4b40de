namespace Jobs.Kinds.Documents;

/// <summary>Keeps the bytes of originals under the ids of their blobs. Thread-safe.</summary>
internal interface IOriginalPlace
{
    OriginalPlace Place { get; }

    /// <summary>Stores a stream to its end, and the row of its blob with it. On any failure the caller deletes both.</summary>
    /// <exception cref="OriginalTooLargeException">It is longer than <paramref name="maxBytes"/>.</exception>
    Task<StoredOriginal> WriteAsync(
        Guid id,
        int tenantId,
        Stream source,
        long maxBytes,
        CancellationToken cancellationToken
    );

    /// <summary>The bytes of an original that is stored whole; null when they are gone.</summary>
    Task<Stream?> OpenReadAsync(Guid id, long length, CancellationToken cancellationToken);

    /// <summary>Deletes the bytes of a blob whose row is gone; nothing happens where there are none.</summary>
    Task PurgeAsync(Guid id, CancellationToken cancellationToken);
}
