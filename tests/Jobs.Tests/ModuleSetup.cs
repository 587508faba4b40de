using System.Runtime.CompilerServices;
using Jobs.Testing;

namespace Jobs.Tests;

internal static class ModuleSetup
{
    [ModuleInitializer]
    internal static void Run() => ServerHolder.HoldWhenAsked();
}
