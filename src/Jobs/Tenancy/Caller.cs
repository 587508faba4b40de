namespace Jobs.Tenancy;

/// <summary>Who calls, and what their key allows.</summary>
public sealed record Caller(int TenantId, string Tenant, Guid KeyId, string KeyName, Scopes Scopes)
{
    public bool May(Scopes scope) => (Scopes & scope) == scope;

    /// <summary>Whether they may see what is of all tenants: administrators, and readers of the tenant that runs the service.</summary>
    public bool MayOperate =>
        May(Scopes.Admin) || (May(Scopes.Read) && Tenant == Tenancy.Tenant.Default);
}

/// <summary>What a key allows.</summary>
[Flags]
public enum Scopes
{
    None = 0,

    /// <summary>Submit batches and steer one's own.</summary>
    Submit = 1,

    /// <summary>Read batches, results, documents.</summary>
    Read = 2,

    /// <summary>Keys, queues, the system.</summary>
    Admin = 4,
}
