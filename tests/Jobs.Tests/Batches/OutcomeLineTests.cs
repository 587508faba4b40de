using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Jobs.Batches;
using Jobs.Kinds;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Batches;

/// <summary>What is written of outcomes is what is read.</summary>
public sealed class OutcomeLineTests
{
    [Fact]
    public void Outcomes_are_read_as_they_were_written() =>
        Prop.ForAll(
                ArbMap.Default.GeneratorFor<NonNull<string>>().ArrayOf().ToArbitrary(),
                texts =>
                {
                    var buffer = new OutcomeBuffer();
                    for (var i = 0; i < texts.Length; i++)
                    {
                        Write(buffer, i, texts[i].Get);
                    }
                    var lines = OutcomeLine.ParseAll(buffer.Lines).ToList();
                    lines.Select(l => l.Position).ShouldBe(Enumerable.Range(0, texts.Length));
                    buffer.Count.ShouldBe(texts.Length);
                    for (var i = 0; i < texts.Length; i++)
                    {
                        Check(lines[i], i, texts[i].Get);
                    }
                }
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void A_result_may_be_null_or_have_line_breaks_between_its_tokens()
    {
        var buffer = new OutcomeBuffer();
        buffer.AddSuccess(0, 7, "null"u8);
        buffer.AddSuccess(1, 8, "{\n\"a\":\n[1,\n2]}"u8);

        var lines = OutcomeLine.ParseAll(buffer.Lines).ToList();

        Text(lines[0].Result).ShouldBe("null");
        lines[0].State.ShouldBe(ItemState.Succeeded);
        Text(lines[1].Result).ShouldBe("{ \"a\": [1, 2]}");
        lines[1].Microseconds.ShouldBe(8);
    }

    [Fact]
    public void Failures_are_counted_by_code_and_their_messages_are_bounded()
    {
        var buffer = new OutcomeBuffer();
        // The 2,000th character is half of a pair.
        var message = new string('x', 1_999) + "\U0001F600 and more";
        buffer.AddFailure(0, 1, new ItemError("b", message, false));
        buffer.AddFailure(1, 1, new ItemError("a", "", true));
        buffer.AddFailure(2, 1, new ItemError("b", "", false));

        buffer.ErrorCodes.ShouldBe("{\"a\":1,\"b\":2}");
        var first = OutcomeLine.ParseAll(buffer.Lines).First();
        JsonElement
            .Parse(first.Error.Span)
            .GetProperty("message")
            .GetString()
            .ShouldBe(new string('x', 1_999));
    }

    private static void Write(OutcomeBuffer buffer, int position, string text)
    {
        switch (position % 4)
        {
            case 0:
                buffer.AddSuccess(position, position, []);
                break;
            case 1:
                buffer.AddSuccess(position, position, JsonSerializer.SerializeToUtf8Bytes(text));
                break;
            case 2:
                buffer.AddFailure(position, position, new ItemError("code", text, text.Length > 5));
                break;
            default:
                buffer.AddCancelled(position, position);
                break;
        }
    }

    private static void Check(OutcomeLine line, int position, string text)
    {
        line.Microseconds.ShouldBe(position);
        switch (position % 4)
        {
            case 0:
                line.State.ShouldBe(ItemState.Succeeded);
                line.Result.IsEmpty.ShouldBeTrue();
                break;
            case 1:
                line.State.ShouldBe(ItemState.Succeeded);
                Text(line.Result).ShouldBe(JsonSerializer.Serialize(text));
                break;
            case 2:
                line.State.ShouldBe(ItemState.Failed);
                var error = JsonElement.Parse(line.Error.Span);
                error.GetProperty("retryable").GetBoolean().ShouldBe(text.Length > 5);
                break;
            default:
                line.State.ShouldBe(ItemState.Cancelled);
                break;
        }
    }

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);
}
