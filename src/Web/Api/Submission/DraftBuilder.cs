using System.Globalization;
using Jobs.Batches;
using Jobs.Kinds;
using Jobs.Notifications.Webhooks;
using Jobs.Tenancy;

namespace Jobs.Web.Api.Submission;

/// <summary>
/// Gathers what a caller says of a batch, from JSON or from query parameters, and every rule that it breaks: one answer
/// names them all. Not thread-safe.
/// </summary>
internal sealed class DraftBuilder(KindRegistry kinds, Caller caller, CallbackUrls callbacks)
{
    private readonly List<BatchError> errors = [];
    private readonly Dictionary<string, string> metadata = new(StringComparer.Ordinal);
    private Kind? kind;
    private int errorCount;
    private Priority priority = Priority.Normal;
    private int maxAttempts = BatchLimits.DefaultMaxAttempts;
    private TimeSpan? itemTimeout;
    private DateTimeOffset? notBefore;
    private TimeSpan? expiresAfter;
    private int? concurrency;
    private Guid? after;
    private bool? afterSuccess;
    private bool strict;
    private string? callbackUrl;

    /// <summary>Takes a field by its name in the contract; says whether there is one of that name.</summary>
    public bool TrySet(string field, FieldValue value) =>
        field switch
        {
            "kind" => SetKind(value),
            "priority" => SetPriority(value),
            "after" => SetAfter(value),
            "afterPolicy" => SetAfterPolicy(value),
            "callbackUrl" => SetCallback(value),
            _ => false,
        };

    /// <summary>Takes an option by its name in the contract.</summary>
    /// <param name="path">What errors call it.</param>
    public bool TrySetOption(string path, string option, FieldValue value) =>
        option switch
        {
            "maxAttempts" => SetInteger(
                path,
                value,
                1,
                BatchLimits.MaxAttempts,
                v => maxAttempts = (int)v
            ),
            "itemTimeoutMs" => SetInteger(
                path,
                value,
                1,
                (long)BatchLimits.MaxItemTimeout.TotalMilliseconds,
                v => itemTimeout = TimeSpan.FromMilliseconds(v)
            ),
            "notBefore" => SetTime(path, value),
            "validate" => SetValidate(path, value),
            "expiresAfterSeconds" => SetInteger(
                path,
                value,
                1,
                (long)BatchLimits.MaxExpiresAfter.TotalSeconds,
                v => expiresAfter = TimeSpan.FromSeconds(v)
            ),
            "concurrency" => SetInteger(
                path,
                value,
                1,
                BatchLimits.Items,
                v => concurrency = (int)v
            ),
            _ => false,
        };

    public void SetMetadata(string key, FieldValue value)
    {
        var path = $"metadata.{key}";
        if (!value.IsString)
        {
            Refuse(path, "must be a string");
        }
        else if (
            key.Length is 0 or > BatchLimits.MetadataLength
            || value.Text.Length > BatchLimits.MetadataLength
        )
        {
            Refuse(
                "metadata",
                $"keys have 1 to {BatchLimits.MetadataLength} characters and values at most as many"
            );
        }
        else if (
            key.Contains('\0', StringComparison.Ordinal)
            || value.Text.Contains('\0', StringComparison.Ordinal)
        )
        {
            Refuse(path, "must not contain the character U+0000");
        }
        else
        {
            metadata[key] = value.Text;
        }
    }

    /// <summary>The kind, where the address says it.</summary>
    public void Use(string name) => kind = kinds.TryGet(name, out var known) ? known : null;

    public void Refuse(string field, string message)
    {
        errorCount++;
        if (errors.Count < BatchLimits.ListedErrors)
        {
            errors.Add(new BatchError(field, message));
        }
    }

    /// <summary>The draft, once everything was said.</summary>
    /// <exception cref="BatchRefusedException">A rule is broken.</exception>
    public BatchDraft Build()
    {
        if (metadata.Count > BatchLimits.MetadataPairs)
        {
            Refuse("metadata", $"must have at most {BatchLimits.MetadataPairs} pairs");
        }
        if (kind is null && !errors.Exists(e => e.Field == "kind"))
        {
            Refuse("kind", $"is required; one of {KindNames()}");
        }
        if (afterSuccess is not null && after is null && !errors.Exists(e => e.Field == "after"))
        {
            Refuse("afterPolicy", "is of use only with after");
        }
        if (errors.Count > 0)
        {
            throw new BatchRefusedException(errors, errorCount);
        }
        return new BatchDraft(caller.TenantId, kind!)
        {
            Priority = priority,
            MaxAttempts = maxAttempts,
            ItemTimeout = itemTimeout,
            NotBefore = notBefore,
            ExpiresAfter = expiresAfter,
            Concurrency = concurrency,
            After = after,
            AfterSuccess = afterSuccess == true,
            Strict = strict,
            Metadata = metadata,
            CallbackUrl = callbackUrl,
        };
    }

    private bool SetKind(FieldValue value)
    {
        if (
            !value.IsString
            || !kinds.TryGet(value.Text, out var known)
            || (known.AdminOnly && !caller.May(Scopes.Admin))
        )
        {
            Refuse("kind", $"must be one of {KindNames()}");
        }
        else if (!known.SubmittedAsJson)
        {
            Refuse(
                "kind",
                $"'{known.Name}' comes with its bytes: POST /api/v1/batch/{known.Name}s"
            );
        }
        else
        {
            kind = known;
        }
        return true;
    }

    private string KindNames() =>
        string.Join(
            ", ",
            kinds
                .All.Where(k => k.SubmittedAsJson && (!k.AdminOnly || caller.May(Scopes.Admin)))
                .Select(k => $"'{k.Name}'")
                .Order(StringComparer.Ordinal)
        );

    private bool SetPriority(FieldValue value)
    {
        Priority? named = value.IsString
            ? value.Text switch
            {
                "high" => Priority.High,
                "normal" => Priority.Normal,
                "low" => Priority.Low,
                _ => null,
            }
            : null;
        if (named is null)
        {
            Refuse("priority", "must be 'high', 'normal' or 'low'");
        }
        priority = named ?? priority;
        return true;
    }

    private bool SetCallback(FieldValue value)
    {
        if (value.IsNull)
        {
            return true;
        }
        var refusal = value.IsString
            ? callbacks.Refusal(value.Text, out callbackUrl)
            : "must be a string";
        if (refusal is not null)
        {
            Refuse("callbackUrl", refusal);
        }
        return true;
    }

    private bool SetAfter(FieldValue value)
    {
        if (value.IsNull)
        {
            return true;
        }
        if (value.IsString && Guid.TryParse(value.Text, out var id))
        {
            after = id;
        }
        else
        {
            Refuse("after", "must be the id of a batch");
        }
        return true;
    }

    private bool SetAfterPolicy(FieldValue value)
    {
        if (value.IsNull)
        {
            return true;
        }
        if (!value.IsString || value.Text is not ("any" or "succeeded"))
        {
            Refuse("afterPolicy", "must be 'any' or 'succeeded'");
        }
        afterSuccess = value.Text == "succeeded";
        return true;
    }

    private bool SetInteger(string path, FieldValue value, long least, long most, Action<long> set)
    {
        if (
            !value.IsNumber
            || !long.TryParse(
                value.Text,
                NumberStyles.AllowLeadingSign,
                CultureInfo.InvariantCulture,
                out var number
            )
            || number < least
            || number > most
        )
        {
            Refuse(path, $"must be a whole number from {least} to {most}");
        }
        else
        {
            set(number);
        }
        return true;
    }

    private bool SetTime(string path, FieldValue value)
    {
        if (
            value.IsString
            && DateTimeOffset.TryParse(
                value.Text,
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal,
                out var time
            )
            && time.Year is > 1970 and < 10_000
        )
        {
            notBefore = time.ToUniversalTime();
        }
        else
        {
            Refuse(path, "must be a time such as 2026-01-31T06:00:00Z");
        }
        return true;
    }

    private bool SetValidate(string path, FieldValue value)
    {
        if (!value.IsString || value.Text is not ("items" or "strict"))
        {
            Refuse(path, "must be 'items' or 'strict'");
        }
        strict = value.Text == "strict";
        return true;
    }
}

/// <summary>A value as its caller wrote it.</summary>
internal readonly record struct FieldValue(string Text, bool IsString, bool IsNumber, bool IsNull)
{
    /// <summary>Whether it is <c>true</c> or <c>false</c>.</summary>
    public bool IsBoolean { get; init; }

    /// <summary>Of a query parameter: it may stand for a string or a number.</summary>
    public static FieldValue OfQuery(string text) => new(text, true, true, false);
}
