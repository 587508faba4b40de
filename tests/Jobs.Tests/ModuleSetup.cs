using System.Runtime.CompilerServices;
using System.Text;
using Jobs.Testing;

namespace Jobs.Tests;

internal static class ModuleSetup
{
    [ModuleInitializer]
    internal static void Run()
    {
        // Whichever test comes first: files in old encodings are made by several.
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        ServerHolder.HoldWhenAsked();
    }
}
