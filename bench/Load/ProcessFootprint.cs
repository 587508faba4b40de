using Jobs.Bench.Engine;
using Jobs.Bench.Report;

namespace Jobs.Bench.Load;

/// <summary>What Linux and PostgreSQL say of a process on this machine.</summary>
internal sealed class ProcessFootprint(int process, BenchDatabase database) : IFootprintSource
{
    public async Task<Look> LookAsync() =>
        new(
            ProcessStatus.Megabytes(process),
            Directory.EnumerateFileSystemEntries($"/proc/{process}/fd").Count(),
            ProcessStatus.Threads(process),
            await database.ScalarAsync<long>(
                "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
            )
        );
}
