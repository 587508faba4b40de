using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Jobs.Web.Tests.Api.Idempotency;

/// <summary>A body that is sent in two parts, the second when the test says so.</summary>
internal sealed class HeldContent : HttpContent
{
    private readonly string first;
    private readonly string second;
    private readonly TaskCompletionSource begun = new(
        TaskCreationOptions.RunContinuationsAsynchronously
    );
    private readonly TaskCompletionSource released = new(
        TaskCreationOptions.RunContinuationsAsynchronously
    );

    public HeldContent(string first, string second)
    {
        this.first = first;
        this.second = second;
        Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public Task Begun => begun.Task;

    public void Release() => released.SetResult();

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await stream.WriteAsync(Encoding.UTF8.GetBytes(first), Stop);
        await stream.FlushAsync(Stop);
        begun.SetResult();
        await released.Task;
        await stream.WriteAsync(Encoding.UTF8.GetBytes(second), Stop);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
