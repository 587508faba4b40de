using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Jobs.Tenancy;

internal sealed class TenancyConfiguration
    : IEntityTypeConfiguration<Tenant>,
        IEntityTypeConfiguration<ApiKey>
{
    public void Configure(EntityTypeBuilder<Tenant> builder)
    {
        builder.ToTable("tenants");
        builder.Property(tenant => tenant.CreatedAt).ValueGeneratedOnAdd();
    }

    public void Configure(EntityTypeBuilder<ApiKey> builder)
    {
        builder.ToTable("api_keys");
        builder.Property(key => key.Id).ValueGeneratedNever();
    }
}
