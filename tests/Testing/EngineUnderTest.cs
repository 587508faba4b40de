using Microsoft.Extensions.DependencyInjection;

namespace Jobs.Testing;

/// <summary>
/// The engine by which the hosts of this test process work: the native one, unless the test project says otherwise
/// before its first test. The same tests then say whether another engine does the same.
/// </summary>
public static class EngineUnderTest
{
    /// <summary>Adds it to the services of a host that works.</summary>
    public static Action<IServiceCollection> Add { get; set; } = _ => { };

    /// <summary>The value of <c>Jobs:Engine</c> for processes.</summary>
    public static string Name { get; set; } = JobsOptions.NativeEngine;

    /// <summary>Waits until all that is ready has come where workers take it from.</summary>
    public static Func<TestDatabase, CancellationToken, Task> DispatchedAsync { get; set; } =
        (_, _) => Task.CompletedTask;
}
