namespace Jobs.RateLimiting;

/// <summary>
/// Counters by their keys, in one array with open addressing. Nothing is ever taken out. Any number may look while one
/// adds: what was added before a look began is found, unless the array grew meanwhile.
/// </summary>
internal sealed class CounterSlots
{
    private const int Fewest = 64;
    private readonly Slot[] slots;

    public CounterSlots()
        : this(Fewest) { }

    private CounterSlots(int size) => slots = new Slot[size];

    public int Count { get; private set; }

    public Counter? Find(in CounterKey key)
    {
        var hash = key.Hash;
        var all = slots;
        // Half of them are empty at least, so it ends.
        for (var place = (int)hash; ; place++)
        {
            ref var slot = ref all[place & (all.Length - 1)];
            var counter = Volatile.Read(ref slot.Counter);
            if (counter is null)
            {
                return null;
            }
            // What lies elsewhere is fetched only where it is likely to be the one.
            if (slot.Tag == (uint)(hash >> 32) && counter.Key == key)
            {
                return counter;
            }
        }
    }

    /// <summary>Adds one that is not there; returns what has all of them.</summary>
    public CounterSlots With(Counter counter)
    {
        var target = this;
        if (2 * (Count + 1) > slots.Length)
        {
            target = new CounterSlots(slots.Length * 2);
            foreach (ref readonly var slot in slots.AsSpan())
            {
                if (slot.Counter is { } former)
                {
                    target.Put(former);
                }
            }
        }
        target.Put(counter);
        return target;
    }

    private void Put(Counter counter)
    {
        var hash = counter.Key.Hash;
        var place = (int)hash & (slots.Length - 1);
        while (slots[place].Counter is not null)
        {
            place = (place + 1) & (slots.Length - 1);
        }
        slots[place].Tag = (uint)(hash >> 32);
        // The counter last: who sees it sees its tag.
        Volatile.Write(ref slots[place].Counter, counter);
        Count++;
    }

    private struct Slot
    {
        public Counter? Counter;
        public uint Tag;
    }
}
