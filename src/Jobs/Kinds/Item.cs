using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Jobs.Kinds;

/// <summary>One unit of work, as its handler sees it.</summary>
/// <param name="TenantId">Who owns the batch: whatever the handler reads or writes is filtered by it.</param>
/// <param name="BatchId">The batch.</param>
/// <param name="Index">Place in the batch, from 0.</param>
/// <param name="Attempt">Which execution this is, from 1.</param>
/// <param name="Payload">The item's JSON value, UTF-8.</param>
public readonly record struct Item(
    int TenantId,
    Guid BatchId,
    int Index,
    int Attempt,
    ReadOnlyMemory<byte> Payload
)
{
    /// <summary>The payload as <typeparamref name="T"/>.</summary>
    /// <exception cref="ItemException">The payload is not of that shape; permanent, code <c>invalid_item</c>.</exception>
    public T Read<T>(JsonTypeInfo<T> type) =>
        TryRead(Payload, type, out var value, out var error)
            ? value!
            : throw new ItemException(
                new ItemError(ErrorCodes.InvalidItem, $"{error.Field}: {error.Message}", false)
            );

    /// <summary>Parses a payload, or says which field has which wrong type.</summary>
    public static bool TryRead<T>(
        ReadOnlyMemory<byte> payload,
        JsonTypeInfo<T> type,
        out T? value,
        out FieldError error
    )
    {
        error = default;
        value = default;
        try
        {
            value = JsonSerializer.Deserialize(payload.Span, type);
            if (value is not null)
            {
                return true;
            }
            error = new FieldError("$", "must be an object");
        }
        catch (JsonException e)
        {
            var field = e.Path is null or "$" ? "$" : e.Path.TrimStart('$').TrimStart('.');
            error = new FieldError(field, "has the wrong type or is not valid JSON");
        }
        catch (InvalidOperationException)
        {
            // A string with an unpaired surrogate escape is valid JSON and no valid text.
            error = new FieldError("$", "contains text that is not valid Unicode");
        }
        return false;
    }
}
