using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;

namespace Jobs.Database;

/// <summary>
/// What is read and written a row at a time. Each slice maps its own tables in an
/// <see cref="IEntityTypeConfiguration{TEntity}"/>; names of tables and columns follow from the names in code.
/// </summary>
public sealed partial class JobsContext(DbContextOptions<JobsContext> options) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema("jobs");
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(JobsContext).Assembly);
        foreach (var entity in modelBuilder.Model.GetEntityTypes())
        {
            foreach (var property in entity.GetProperties())
            {
                property.SetColumnName(
                    WordStart().Replace(property.Name, "_$0").ToLowerInvariant()
                );
            }
        }
    }

    [GeneratedRegex(
        "(?<!^)(?=[A-Z])(?<![A-Z])[A-Z]",
        RegexOptions.None,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex WordStart();
}
