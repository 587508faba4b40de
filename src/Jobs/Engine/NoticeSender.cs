using Jobs.Database;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Jobs.Engine;

/// <summary>Sends the notices of this process, all that wait in one round trip.</summary>
internal sealed class NoticeSender(
    Notices notices,
    JobsDataSource database,
    TimeProvider time,
    ILogger<NoticeSender> log
) : BackgroundService
{
    private const string Send =
        "select pg_notify(n.channel, n.payload) from unnest($1::text[], $2::text[]) n (channel, payload)";

    private const int MostAtOnce = 1_000;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    // PostgreSQL's limit of a payload is 8,000 bytes; an id with its comma has 37.
    private const int IdsPerPayload = 200;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var waiting = new HashSet<Notice>();
        while (waiting.Count > 0 || await notices.Reader.WaitToReadAsync(stoppingToken))
        {
            while (waiting.Count < MostAtOnce && notices.Reader.TryRead(out var notice))
            {
                waiting.Add(notice);
            }
            try
            {
                await SendAsync(Join(waiting), stoppingToken);
                waiting.Clear();
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // Nothing is lost with a notice, whoever listens polls as well; but sooner is better.
                log.NoticesNotSent(waiting.Count, e);
                await Task.Delay(Pause, time, stoppingToken);
            }
        }
    }

    private static List<Notice> Join(HashSet<Notice> waiting)
    {
        var joined = waiting.Where(n => n.Channel != Notices.ChangesChannel).ToList();
        var changes = waiting
            .Where(n => n.Channel == Notices.ChangesChannel)
            .Select(n => n.Payload);
        joined.AddRange(
            changes
                .Chunk(IdsPerPayload)
                .Select(ids => new Notice(Notices.ChangesChannel, string.Join(',', ids)))
        );
        return joined;
    }

    private async Task SendAsync(List<Notice> waiting, CancellationToken cancellationToken)
    {
        await using var command = database.Engine.CreateCommand(Send);
        command.Parameters.Add(new() { Value = waiting.ConvertAll(n => n.Channel) });
        command.Parameters.Add(new() { Value = waiting.ConvertAll(n => n.Payload) });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
