using Testcontainers.PostgreSql;

namespace Jobs.Testing;

/// <summary>A PostgreSQL in a container, without durability; only in a build with <c>-p:WithTestcontainers=true</c>.</summary>
internal static class ServerContainer
{
    private const string Image = "postgres:18";

    /// <summary>Starts one; the container engine removes it when this process has ended, however it ends.</summary>
    public static async Task<string> StartAsync(CancellationToken cancellationToken)
    {
        var container = new PostgreSqlBuilder()
            .WithImage(Image)
            .WithCommand("-c", "max_connections=400")
            .WithCommand("-c", "shared_buffers=128MB")
            .WithCommand("-c", "fsync=off")
            .Build();
        await container.StartAsync(cancellationToken);
        return container.GetConnectionString();
    }
}
