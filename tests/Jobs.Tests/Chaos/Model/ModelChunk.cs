namespace Jobs.Tests.Chaos.Model;

/// <summary>A chunk as it must be.</summary>
internal sealed record ModelChunk(int[] Items, int Attempt, int AttemptsBefore)
{
    public string State { get; set; } = "ready";

    public int[] Items { get; set; } = Items;

    public int Deaths { get; set; }

    /// <summary>Whether it has a time that has not come.</summary>
    public bool Later { get; set; }

    /// <summary>One line that is the same for the same chunk.</summary>
    public string Line => Write(Items, State, Attempt, AttemptsBefore, Deaths);

    public static string Write(
        IEnumerable<int> items,
        string state,
        int attempt,
        int attemptsBefore,
        int deaths
    ) => $"{string.Join(',', items)} {state} attempt {attempt}-{attemptsBefore} deaths {deaths}";
}
