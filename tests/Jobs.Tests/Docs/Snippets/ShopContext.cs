using Microsoft.EntityFrameworkCore;

namespace Jobs.Tests.Docs.Snippets;

internal sealed class ShopContext(DbContextOptions<ShopContext> options) : DbContext(options)
{
    public DbSet<Order> Orders => Set<Order>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        var order = modelBuilder.Entity<Order>().ToTable("orders");
        order.Property(o => o.Id).HasColumnName("id");
        order.Property(o => o.Text).HasColumnName("text");
    }
}

internal sealed class Order
{
    public int Id { get; init; }

    public required string Text { get; init; }
}
