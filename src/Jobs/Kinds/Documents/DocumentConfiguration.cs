using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Jobs.Kinds.Documents;

internal sealed class DocumentConfiguration : IEntityTypeConfiguration<Document>
{
    public void Configure(EntityTypeBuilder<Document> builder)
    {
        builder.ToTable("documents");
        builder.HasKey(d => d.Id);
        builder.Property(d => d.Id).ValueGeneratedNever();
        builder
            .Property(d => d.State)
            .HasConversion(
                state => state.ToString().ToLowerInvariant(),
                text => Enum.Parse<DocumentState>(text, ignoreCase: true)
            );
    }
}
