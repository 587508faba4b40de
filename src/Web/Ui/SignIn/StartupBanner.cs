using Jobs.Tenancy;
using Jobs.Web.Http;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Jobs.Web.Ui.SignIn;

/// <summary>
/// Says on standard output, once the server listens and the admin key is in the database, where the pages are and how
/// to sign in. The link is a secret, so it does not go to the log.
/// </summary>
internal sealed class StartupBanner(
    IServer server,
    IHostApplicationLifetime lifetime,
    AdminKey adminKey,
    SignInLinks links
) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var starting = lifetime.ApplicationStarted.Register(started.SetResult);
        try
        {
            await started.Task.WaitAsync(stoppingToken);
            var addresses = server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
            var keyId = await adminKey.KeyId.WaitAsync(stoppingToken);
            if (addresses.FirstOrDefault() is { } first)
            {
                var code = links.Create(keyId);
                await Console.Out.WriteLineAsync(
                    $"""

                      Jobs listens on   {string.Join(", ", addresses.Select(Reachable))}
                      Sign in (once)    {Reachable(
                        first
                    )}{CookieSignIn.SignInPath}?{SignInEndpoints.CodeParameter}={code}
                      The admin key is  {adminKey.Location}

                    """.AsMemory(),
                    stoppingToken
                );
            }
        }
        catch (OperationCanceledException)
        {
            // It stops before it was ready: there is nothing to say.
        }
    }

    // An address that stands for all of the machine's is none that a browser can open.
    private static string Reachable(string address) =>
        BindingAddress.Parse(address) is { Host: "+" or "*" or "0.0.0.0" or "[::]" } any
            ? $"{any.Scheme}://localhost:{any.Port}"
            : address.TrimEnd('/');
}
