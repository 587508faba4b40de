using FsCheck;
using FsCheck.Fluent;
using Jobs.Batches;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Batches;

public sealed class ItemSetTests
{
    [Fact]
    public void An_absent_column_stands_for_the_whole_page()
    {
        var set = ItemSet.FromColumn(null, 11);

        set.Count.ShouldBe(11);
        Items(set).ShouldBe(Enumerable.Range(0, 11));
    }

    [Fact]
    public void A_set_is_what_was_added_and_not_removed() =>
        Prop.ForAll(
                Sets(),
                items =>
                {
                    var model = new HashSet<int>();
                    var set = ItemSet.Empty(500);
                    foreach (var item in items)
                    {
                        // Every third occurrence of an item takes it out again.
                        if (item % 3 == 0 && !model.Add(item))
                        {
                            model.Remove(item);
                            set.Remove(item);
                        }
                        else
                        {
                            model.Add(item);
                            set.Add(item);
                        }
                    }
                    set.Count.ShouldBe(model.Count);
                    Items(set).ShouldBe(model.Order());
                    Items(ItemSet.FromColumn(set.ToColumn(), 500)).ShouldBe(model.Order());
                    ItemSet.FromColumn(set.ToColumn(), 500).Count.ShouldBe(model.Count);
                }
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Halves_are_the_lower_and_the_upper_items() =>
        Prop.ForAll(
                Sets().Filter(items => items.Distinct().Count() > 1),
                items =>
                {
                    var set = ItemSet.Empty(500);
                    Array.ForEach(items, set.Add);
                    var (lower, upper) = set.Halve();
                    Items(lower).Concat(Items(upper)).ShouldBe(Items(set));
                    (upper.Count - lower.Count).ShouldBeInRange(0, 1);
                    (lower.Count + upper.Count).ShouldBe(set.Count);
                }
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void A_copy_goes_its_own_way()
    {
        var set = ItemSet.Full(3);
        var copy = set.Copy();
        copy.Remove(1);

        Items(set).ShouldBe([0, 1, 2]);
        Items(copy).ShouldBe([0, 2]);
    }

    private static Arbitrary<int[]> Sets() => Gen.Choose(0, 499).ArrayOf().ToArbitrary();

    private static List<int> Items(ItemSet set)
    {
        var items = new List<int>();
        set.ForEach(items.Add);
        return items;
    }
}
