using Jobs.Engine;
using Jobs.Idempotency;
using Jobs.Kinds;
using Npgsql;

namespace Jobs.Batches;

/// <summary>
/// A batch while its items come in. Pages that fit in <see cref="HeldBytes"/> are held in memory and written with the
/// batch in one round trip; beyond that they stream into the database by COPY in a transaction that ends with the
/// commit. Until <see cref="CommitAsync"/> has returned nothing is visible; disposing before discards everything.
/// Not thread-safe.
/// </summary>
public sealed class BatchSubmission : IAsyncDisposable
{
    /// <summary>Bytes of pages that are held before they stream into the database.</summary>
    public const int HeldBytes = 4 * 1024 * 1024;

    private readonly BatchDraft draft;
    private readonly BatchOptions options;
    private readonly SubmitWriter writer;
    private readonly WorkSignal signal;
    private readonly DateTimeOffset submittedAt;
    private readonly string fieldName;
    private readonly List<BatchError> errors = [];
    private CustomIdIndex? customIds;
    private ItemPage? page;
    private int pages;
    private int errorCount;
    private (KeyHold Hold, Func<BatchStatus, KeptAnswer> Answer)? remembered;

    internal BatchSubmission(
        Guid id,
        BatchDraft draft,
        BatchOptions options,
        SubmitWriter writer,
        WorkSignal signal,
        DateTimeOffset submittedAt,
        string fieldName
    )
    {
        this.submittedAt = submittedAt;
        this.signal = signal;
        Id = id;
        this.draft = draft;
        this.options = options;
        this.writer = writer;
        this.fieldName = fieldName;
    }

    public Guid Id { get; }

    /// <summary>Items so far.</summary>
    public int Count { get; private set; }

    /// <summary>Adds an item that workers will do.</summary>
    /// <param name="item">A JSON object, UTF-8.</param>
    /// <exception cref="BatchRefusedException">It is not JSON, or there are too many.</exception>
    public ValueTask AddAsync(ReadOnlyMemory<byte> item, CancellationToken cancellationToken)
    {
        if (!Check(item, out var customId))
        {
            Count++;
            return ValueTask.CompletedTask;
        }
        if (page?.HasRoomFor(item.Length, draft.Kind.ItemsPerPage) != true)
        {
            return AddToNextAsync(item, customId, cancellationToken);
        }
        page.Add(item.Span, customId);
        Count++;
        return ValueTask.CompletedTask;
    }

    /// <summary>Adds an item that has its outcome already.</summary>
    public async ValueTask AddSettledAsync(
        ReadOnlyMemory<byte> item,
        ItemOutcome outcome,
        CancellationToken cancellationToken
    )
    {
        if (Check(item, out var customId))
        {
            var target = await PageForAsync(item.Length, cancellationToken);
            target.Add(item.Span, customId);
            var settled = target.SettleLast(draft.Kind.ItemsPerPage);
            if (outcome.Error is { } error)
            {
                settled.AddFailure(target.Count - 1, 0, error);
            }
            else
            {
                settled.AddSuccess(target.Count - 1, 0, outcome.Result.Span);
            }
        }
        Count++;
    }

    /// <summary>Says what is wrong with what came in so far; writes nothing.</summary>
    /// <exception cref="BatchRefusedException">It is empty, or it is strict and an item is bad.</exception>
    public void Verify()
    {
        if (errorCount > 0)
        {
            throw new BatchRefusedException(errors, errorCount);
        }
        if (page is null)
        {
            throw new BatchRefusedException(fieldName, "must have at least one item");
        }
    }

    /// <summary>
    /// Keeps the answer to this submission in the transaction of the batch: there are both or there is neither. The
    /// commit fails with <see cref="IdempotencyKeys.LostState"/> where another request holds the key.
    /// </summary>
    public void Remember(KeyHold hold, Func<BatchStatus, KeptAnswer> answer) =>
        remembered = (hold, answer);

    /// <summary>Makes the batch real: when this has returned it survives any crash.</summary>
    /// <param name="alongside">Writes more rows in the same transaction; null for none.</param>
    /// <exception cref="BatchRefusedException">It is empty, or it is strict and an item is bad.</exception>
    /// <exception cref="NpgsqlException">The database cannot be reached.</exception>
    public async Task<BatchStatus> CommitAsync(
        Func<NpgsqlConnection, NpgsqlTransaction, CancellationToken, Task>? alongside,
        CancellationToken cancellationToken
    )
    {
        var begun = await writer.CommitAsync(Complete(), alongside, cancellationToken);
        Announce(begun);
        return Status();
    }

    /// <summary>
    /// Writes the batch within the caller's transaction: it exists if and only if that commits. Call
    /// <see cref="Announce()"/> after the commit; workers that are not told find it at their next poll.
    /// </summary>
    /// <exception cref="BatchRefusedException">It is empty, or it is strict and an item is bad.</exception>
    /// <exception cref="InvalidOperationException">It was so large that it streams in a transaction of its own.</exception>
    public Task WriteAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken
    ) => writer.WriteAsync(Complete(), connection, transaction, cancellationToken);

    /// <summary>Wakes the workers.</summary>
    public void Announce() => Announce(begun: false);

    private void Announce(bool begun)
    {
        // A time limit or a predecessor is looked after by whoever looks after what is due.
        var held = draft.NotBefore > submittedAt || draft.After is not null;
        if (!held && !begun)
        {
            signal.Announce(scheduled: false);
        }
        if (held || draft.ExpiresAfter is not null)
        {
            signal.Announce(scheduled: true);
        }
    }

    public async ValueTask DisposeAsync()
    {
        page?.Dispose();
        page = null;
        await writer.DisposeAsync();
    }

    // As it was committed: no need to read it back.
    private BatchStatus Status()
    {
        var (succeeded, failed) = writer.Settled;
        var ended = succeeded + failed == Count;
        return new BatchStatus
        {
            Id = Id,
            Kind = draft.Kind.Name,
            Priority = draft.Priority,
            State = ended ? BatchState.Completed : BatchState.Queued,
            Outcome =
                !ended ? null
                : failed == 0 ? BatchOutcome.Succeeded
                : succeeded == 0 ? BatchOutcome.Failed
                : BatchOutcome.Partial,
            Counts = new(Count, Count - succeeded - failed, 0, succeeded, failed, 0),
            Progress = Math.Round((double)(succeeded + failed) / Count, 4),
            ItemsPerSecond = null,
            EtaMs = null,
            SubmittedAt = submittedAt,
            StartedAt = ended ? submittedAt : null,
            FinishedAt = ended ? submittedAt : null,
            ExpiresAt = ended ? submittedAt + options.Retention : null,
            Metadata = draft.Metadata ?? new Dictionary<string, string>(StringComparer.Ordinal),
            Links = BatchLinks.Of(Id),
            Version = 1,
            Purged = false,
        };
    }

    private SubmittedBatch Complete()
    {
        Verify();
        writer.Seal(page!);
        page = null;
        if (remembered is var (hold, answer))
        {
            writer.Beside = IdempotencyKeys.Keeping(hold, answer(Status()));
        }
        return new SubmittedBatch(Id, draft, Count, submittedAt);
    }

    private bool Check(ReadOnlyMemory<byte> item, out string? customId)
    {
        if (Count >= options.MaxItems)
        {
            throw new BatchRefusedException(
                fieldName,
                $"must have at most {options.MaxItems} items"
            );
        }
        var error = ItemScanner.Scan(item.Span, out customId, out var malformed);
        if (malformed)
        {
            throw new BatchRefusedException(Path(""), error!.Value.Message, malformed: true);
        }
        if (item.Length > BatchLimits.PageBytes)
        {
            error = new BatchError("", $"must have at most {BatchLimits.PageBytes} bytes");
        }
        if (error is { } found)
        {
            Add(found.Field, found.Message);
            return false;
        }
        if (
            customId is not null
            && (customIds ??= new CustomIdIndex()).Add(customId, Count) is >= 0 and var earlier
        )
        {
            Add("customId", $"is also the id of {fieldName}[{earlier}]");
            return false;
        }
        if (draft.Strict)
        {
            foreach (var fault in draft.Kind.Handler.Validate(item))
            {
                Add(fault.Field, fault.Message);
            }
        }
        // Once it is refused only the errors of the remaining items matter.
        return errorCount == 0;
    }

    private void Add(string field, string message)
    {
        errorCount++;
        if (errors.Count < BatchLimits.ListedErrors)
        {
            errors.Add(new BatchError(Path(field), message));
        }
    }

    private string Path(string field) =>
        field is "" or "$" ? $"{fieldName}[{Count}]" : $"{fieldName}[{Count}].{field}";

    private async ValueTask AddToNextAsync(
        ReadOnlyMemory<byte> item,
        string? customId,
        CancellationToken cancellationToken
    )
    {
        (await PageForAsync(item.Length, cancellationToken)).Add(item.Span, customId);
        Count++;
    }

    private async ValueTask<ItemPage> PageForAsync(int bytes, CancellationToken cancellationToken)
    {
        if (page?.HasRoomFor(bytes, draft.Kind.ItemsPerPage) != true)
        {
            if (page is not null)
            {
                writer.Seal(page);
                page = null;
                if (writer.IsStreaming || writer.HeldBytes > HeldBytes)
                {
                    await writer.StreamAsync(Id, cancellationToken);
                }
            }
            page = new ItemPage(pages++, Count);
        }
        return page;
    }
}
