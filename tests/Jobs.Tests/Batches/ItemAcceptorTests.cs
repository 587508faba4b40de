using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Jobs.Batches;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Batches;

/// <summary>What is accepted quickly is what a full reader accepts; what it may not decide it leaves to that.</summary>
public sealed class ItemAcceptorTests(ITestOutputHelper output)
{
    private const int Documents = 3_000;
    private const int MutationsOfEach = 30;
    private const string Alphabet = "{}[]\",:\\/ \t\n\r-+.0123456789eEtrufalsnbcI\u0001\u00e9";

    // JOBS_TEST_SEED draws others.
    private static readonly int Seed = int.Parse(
        Environment.GetEnvironmentVariable("JOBS_TEST_SEED") ?? "20260101",
        CultureInfo.InvariantCulture
    );

    [Theory]
    [InlineData("{}")]
    [InlineData("{ }")]
    [InlineData("""{"q":"lease heartbeat"}""")]
    [InlineData("""{"id":"000001","key":"aGVsbG8=","retry":1}""")]
    [InlineData("""{ "a" : [ 1, -2.5, 3e+7, true, false, null ], "b" : {"c":[[],{}]} }""")]
    [InlineData("""{"path":"C:\\temp\t","quote":"\""}""")]
    [InlineData("""{"nested":{"customId":"not the item's own"}}""")]
    [InlineData("{\"word\":\"\u00fcber\"}")]
    public void Items_as_they_come_are_accepted(string item) =>
        ItemAcceptor.Accepts(Encoding.UTF8.GetBytes(item)).ShouldBeTrue();

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("1")]
    [InlineData("{")]
    [InlineData("""{"a"}""")]
    [InlineData("""{"a":}""")]
    [InlineData("""{"a":1,}""")]
    [InlineData("""{"a":01}""")]
    [InlineData("""{"a":1.}""")]
    [InlineData("""{"a":-}""")]
    [InlineData("""{"a":1e}""")]
    [InlineData("""{"a":tru}""")]
    [InlineData("""{"a":"\x"}""")]
    [InlineData("""{"a":"b}""")]
    [InlineData("""{"a":[1}""")]
    [InlineData("""{"a":1}}""")]
    [InlineData("""{"a":1} {}""")]
    [InlineData("{\"a\":\"line\nbreak\"}")]
    [InlineData("""{"customId":"mine"}""")]
    [InlineData("""{"custom\u0049d":"mine"}""")]
    public void What_is_wrong_or_needs_a_closer_look_is_not(string item) =>
        ItemAcceptor.Accepts(Encoding.UTF8.GetBytes(item)).ShouldBeFalse();

    [Fact]
    public void Nothing_is_accepted_that_a_full_reader_does_not()
    {
        output.WriteLine($"seed {Seed}");
        var random = new Random(Seed);
        var accepted = 0;
        for (var n = 0; n < Documents; n++)
        {
            var item = new StringBuilder();
            AddObject(item, random, depth: 0);
            accepted += Check(item.ToString());
            for (var m = 0; m < MutationsOfEach; m++)
            {
                accepted += Check(Mutated(item.ToString(), random));
            }
        }
        // The law says nothing where hardly anything is accepted.
        accepted.ShouldBeGreaterThan(Documents);
    }

    private static int Check(string item)
    {
        var bytes = Encoding.UTF8.GetBytes(item);
        if (!Utf8.IsValid(bytes) || !ItemAcceptor.Accepts(bytes))
        {
            return 0;
        }
        using var document = JsonDocument.Parse(bytes);
        document.RootElement.ValueKind.ShouldBe(JsonValueKind.Object, item);
        document.RootElement.TryGetProperty("customId", out _).ShouldBeFalse(item);
        return 1;
    }

    private static string Mutated(string item, Random random)
    {
        var at = random.Next(item.Length);
        var with = Alphabet[random.Next(Alphabet.Length)];
        return random.Next(3) switch
        {
            0 => item.Remove(at, 1),
            1 => item.Insert(at, with.ToString()),
            _ => item.Remove(at, 1).Insert(at, with.ToString()),
        };
    }

    private static void AddObject(StringBuilder item, Random random, int depth)
    {
        item.Append('{');
        var count = random.Next(4);
        for (var n = 0; n < count; n++)
        {
            item.Append(n > 0 ? "," : "").Append(Space(random));
            AddString(item, random.Next(12) == 0 ? "customId" : $"f{random.Next(9)}", random);
            item.Append(':').Append(Space(random));
            AddValue(item, random, depth + 1);
        }
        item.Append(Space(random)).Append('}');
    }

    private static void AddValue(StringBuilder item, Random random, int depth)
    {
        switch (random.Next(depth > 5 ? 5 : 7))
        {
            case 0:
                AddString(item, "w\u00f6rd", random);
                break;
            case 1:
                item.Append(random.Next(-1_000, 1_000));
                break;
            case 2:
                item.Append(random.NextDouble().ToString("R", CultureInfo.InvariantCulture));
                break;
            case 3:
                item.Append(random.Next(2) == 0 ? "true" : "null");
                break;
            case 4:
                item.Append("1e-7");
                break;
            case 5:
                AddObject(item, random, depth);
                break;
            default:
                item.Append('[');
                AddValue(item, random, depth + 1);
                item.Append(Space(random)).Append(',');
                AddValue(item, random, depth + 1);
                item.Append(']');
                break;
        }
    }

    private static void AddString(StringBuilder item, string text, Random random) =>
        item.Append('"')
            .Append(text)
            .Append(random.Next(6) == 0 ? "\\n" : "")
            .Append(random.Next(12) == 0 ? "\\u0041" : "")
            .Append('"');

    private static string Space(Random random) => random.Next(3) == 0 ? " " : "";
}
