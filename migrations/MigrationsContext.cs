using Microsoft.EntityFrameworkCore;

namespace Jobs.Migrations;

/// <summary>
/// Carries EF Core's migrator and its history table; it maps nothing. The schema is what the SQL files say,
/// and a test compares the mapped model of the product with it.
/// </summary>
internal sealed class MigrationsContext(DbContextOptions<MigrationsContext> options)
    : DbContext(options);
