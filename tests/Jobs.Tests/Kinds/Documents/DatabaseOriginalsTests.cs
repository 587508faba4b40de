using Jobs.Testing;
using Xunit;

namespace Jobs.Tests.Kinds.Documents;

public sealed class DatabaseOriginalsTests(TestDatabase database)
    : OriginalStoreTests(database),
        IClassFixture<TestDatabase>
{
    protected override async Task<long> KeptAsync() =>
        (long)(await Services.ScalarAsync("select count(distinct blob_id) from jobs.blob_parts"))!;
}
