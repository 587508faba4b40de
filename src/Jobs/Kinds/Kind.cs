namespace Jobs.Kinds;

/// <summary>What an item is, and how the engine treats its like.</summary>
public sealed class Kind
{
    /// <summary>Most items of a page: what is cheap shares a chunk, what is dear has its own.</summary>
    public const int MaxItemsPerPage = 500;

    internal Kind(string name, IItemHandler handler)
    {
        Name = name;
        Handler = handler;
    }

    public string Name { get; }

    public IItemHandler Handler { get; }

    /// <summary>Items per page, 1 to 500. Default 500.</summary>
    public int ItemsPerPage { get; set; } = MaxItemsPerPage;

    /// <summary>Items of one chunk that run at once. Default 4.</summary>
    public int Concurrency { get; set; } = 4;

    /// <summary>Chunks of this kind that one worker runs at once; 0 is as many as it has slots. Default 0.</summary>
    public int MaxRunningPerWorker { get; set; }

    /// <summary>Chunks of this kind that all workers together run at once; 0 for no limit. Default 0. Every worker is to say the same.</summary>
    public int MaxRunning { get; set; }

    /// <summary>How long an execution of an item may take, unless its batch says otherwise. Default 1 minute.</summary>
    public TimeSpan ItemTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Whether callers may submit it through <c>POST /batch/jobs</c>; a document comes with its bytes instead. Default true.</summary>
    public bool SubmittedAsJson { get; set; } = true;

    /// <summary>Whether only the key scope <c>admin</c> may submit it. Default false.</summary>
    public bool AdminOnly { get; set; }
}
