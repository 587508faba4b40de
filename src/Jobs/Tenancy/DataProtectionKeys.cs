using System.Xml.Linq;
using Jobs.Database;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Jobs.Tenancy;

/// <summary>
/// ASP.NET Core's key ring in the database, so that a cookie of one Web node is good on another and after a restart.
/// </summary>
/// <remarks>The framework's interface is synchronous; it is called at the start and then about once a day.</remarks>
internal sealed class DataProtectionKeys(JobsDataSource database)
    : IXmlRepository,
        IConfigureOptions<KeyManagementOptions>
{
    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var select = database.Requests.CreateCommand(
            "select xml from jobs.data_protection_keys order by name"
        );
        using var rows = select.ExecuteReader();
        var elements = new List<XElement>();
        while (rows.Read())
        {
            elements.Add(XElement.Parse(rows.GetString(0)));
        }
        return elements;
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        using var insert = database.Requests.CreateCommand(
            """
            insert into jobs.data_protection_keys (name, xml) values ($1, $2)
            on conflict (name) do update set xml = excluded.xml
            """
        );
        insert.Parameters.Add(new NpgsqlParameter { Value = friendlyName });
        insert.Parameters.Add(
            new NpgsqlParameter { Value = element.ToString(SaveOptions.DisableFormatting) }
        );
        insert.ExecuteNonQuery();
    }

    public void Configure(KeyManagementOptions options) => options.XmlRepository = this;
}
