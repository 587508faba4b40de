using System.Text;
using Jobs.Batches;
using Jobs.Engine;

namespace Jobs.Tests.Engine;

/// <summary>Leased chunks that no database knows.</summary>
internal static class Chunks
{
    /// <summary>A chunk of all items of a page that starts at index 100.</summary>
    public static LeasedChunk Of(int count, int maxAttempts = 3, int deaths = 0) =>
        new(
            new ChunkKey(Guid.Empty, 1),
            Token: 1,
            Page: 0,
            Kind: "work",
            Attempt: 1,
            Deaths: deaths,
            TenantId: 2,
            MaxAttempts: maxAttempts,
            ItemTimeout: TimeSpan.FromMinutes(1),
            Cancelling: false,
            First: 100,
            PageCount: count,
            Items: ItemSet.Full(count),
            Payload: Encoding.ASCII.GetBytes(string.Join('\n', Enumerable.Repeat("{}", count)))
        );
}
