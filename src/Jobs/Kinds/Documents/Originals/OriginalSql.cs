namespace Jobs.Kinds.Documents;

internal static class OriginalSql
{
    public const string Begin = "insert into jobs.blobs (id, tenant_id, place) values ($1, $2, $3)";

    public const string Append =
        "insert into jobs.blob_parts (blob_id, part, bytes) values ($1, $2, $3)";

    public const string Finish = "update jobs.blobs set length = $2, sha256 = $3 where id = $1";

    public const string Find =
        "select length, place from jobs.blobs where id = $1 and tenant_id = $2 and length is not null";

    public const string Read = "select bytes from jobs.blob_parts where blob_id = $1 and part = $2";

    public const string Delete =
        "delete from jobs.blobs where id = $1 and tenant_id = $2 and document_id is null";

    /// <summary>Objects whose blob is gone, oldest first.</summary>
    public const string Deleted =
        "select blob_id from jobs.blob_deletions where blob_id > $1 order by blob_id limit $2";

    public const string ForgetDeleted = "delete from jobs.blob_deletions where blob_id = $1";
}
