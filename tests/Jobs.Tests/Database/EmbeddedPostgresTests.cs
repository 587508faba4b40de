using System.Diagnostics;
using System.Globalization;
using Jobs.Database;
using Jobs.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Database;

public sealed class EmbeddedPostgresTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly TestFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_first_start_makes_a_durable_server_that_opens_no_port()
    {
        await using var server = await StartAsync(durable: true);
        server.IsOwner.ShouldBeTrue();
        (await AskAsync(server, "select current_database()")).ShouldBe("jobs");
        (await AskAsync(server, "show fsync")).ShouldBe("on");
        (await AskAsync(server, "show full_page_writes")).ShouldBe("on");
        (await AskAsync(server, "show listen_addresses")).ShouldBe(string.Empty);
        (await AskAsync(server, "show server_encoding")).ShouldBe("UTF8");
        (await AskAsync(server, "show jit")).ShouldBe("off");
        (await AskAsync(server, "show wal_compression")).ShouldBe("lz4");
    }

    [Fact]
    public async Task The_server_is_never_root_and_only_its_user_reads_its_files()
    {
        await using var server = await StartAsync();
        var status = await File.ReadAllLinesAsync($"/proc/{server.ProcessId}/status", Stop);
        var uid = Array.Find(status, line => line.StartsWith("Uid:", StringComparison.Ordinal))!;
        int.Parse(uid.Split((char)9)[1], CultureInfo.InvariantCulture).ShouldBeGreaterThan(0);
        foreach (var name in new[] { "postgres", "postgres/socket", "postgres/data" })
        {
            const UnixFileMode mode =
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
            File.GetUnixFileMode(Path.Combine(_folder.Location, name)).ShouldBe(mode);
        }
    }

    [Fact]
    public async Task Secrets_of_our_environment_are_not_in_the_servers()
    {
        await using var server = await StartAsync();
        var environment = await File.ReadAllTextAsync($"/proc/{server.ProcessId}/environ", Stop);
        environment.Contains("HOME=", StringComparison.Ordinal).ShouldBeFalse();
        environment.Contains("PATH=", StringComparison.Ordinal).ShouldBeTrue();
    }

    [Fact]
    public async Task What_was_committed_is_there_after_a_stop_and_a_start()
    {
        int first;
        await using (var server = await StartAsync())
        {
            first = server.ProcessId;
            await AskAsync(server, "create table kept as select 42 as answer");
        }
        Directory.Exists($"/proc/{first}").ShouldBeFalse();
        await using var again = await StartAsync();
        (await AskAsync(again, "select answer from kept")).ShouldBe(42);
        again.ProcessId.ShouldNotBe(first);
    }

    [Fact]
    public async Task A_server_that_is_killed_comes_back_with_what_was_committed()
    {
        await using var server = await StartAsync(durable: true);
        await AskAsync(server, "create table kept as select 42 as answer");
        var killed = server.ProcessId;
        Signal(killed, "KILL");
        var answer = await AskUntilAnsweredAsync(server, "select answer from kept");
        answer.ShouldBe(42);
        server.ProcessId.ShouldNotBe(killed);
    }

    [Fact]
    public async Task A_second_starter_joins_and_leaves_the_server_running_when_it_goes()
    {
        await using var first = await StartAsync();
        var second = await StartAsync();
        second.IsOwner.ShouldBeFalse();
        second.ProcessId.ShouldBe(first.ProcessId);
        second.ConnectionString.ShouldBe(first.ConnectionString);
        await second.DisposeAsync();
        (await AskAsync(first, "select 1")).ShouldBe(1);
    }

    [Fact]
    public async Task Many_that_start_at_once_on_a_new_folder_share_one_server()
    {
        var servers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => StartAsync()));
        servers.Count(server => server.IsOwner).ShouldBe(1);
        servers.Select(server => server.ProcessId).Distinct().Count().ShouldBe(1);
        foreach (var server in servers)
        {
            await server.DisposeAsync();
        }
    }

    [Fact]
    public async Task Who_has_joined_takes_the_server_up_when_its_owner_goes()
    {
        var owner = await StartAsync();
        await using var other = await StartAsync();
        await AskAsync(owner, "create table kept as select 42 as answer");
        await owner.DisposeAsync();
        (await AskUntilAnsweredAsync(other, "select answer from kept")).ShouldBe(42);
    }

    [Fact]
    public async Task A_process_that_is_killed_takes_its_server_with_it_and_the_next_one_starts_at_once()
    {
        int killed;
        using (var holder = ServerHolder.Start(_folder.Location))
        {
            killed = await ServerHolder.ServerOfAsync(holder, Stop);
            holder.Kill();
        }
        await using var server = await StartAsync();
        server.ProcessId.ShouldNotBe(killed);
        // What has ended may wait for its reaper, but it has no folder any more.
        Directory.Exists($"/proc/{killed}/cwd/base").ShouldBeFalse();
        (await AskAsync(server, "select answer from kept")).ShouldBe(42);
    }

    [Fact]
    public async Task A_stale_process_file_is_no_hindrance()
    {
        await using (var server = await StartAsync())
        {
            await AskAsync(server, "create table kept as select 42 as answer");
        }
        // A number that lives, as after a restart of a container: this very process's.
        var file = Path.Combine(_folder.Location, "postgres/data/postmaster.pid");
        string[] lines =
        [
            Environment.ProcessId.ToString(CultureInfo.InvariantCulture),
            Path.GetDirectoryName(file)!,
            "1700000000",
            "5432",
            Path.Combine(_folder.Location, "postgres/socket"),
            "",
            "  1234567         0",
            "ready   ",
        ];
        await File.WriteAllLinesAsync(file, lines, Stop);
        await using var again = await StartAsync();
        (await AskAsync(again, "select answer from kept")).ShouldBe(42);
    }

    [Fact]
    public async Task A_server_without_an_owner_is_replaced()
    {
        await using var first = await StartAsync();
        var orphan = first.ProcessId;
        // The lock is what makes an owner; without it the server is one that outlived its own.
        File.Delete(Path.Combine(_folder.Location, "postgres/owner.lock"));
        await using var second = await StartAsync();
        second.ProcessId.ShouldNotBe(orphan);
        (await AskUntilAnsweredAsync(second, "select 1")).ShouldBe(1);
    }

    [Fact]
    public async Task A_folder_with_a_path_too_long_for_a_socket_works()
    {
        var deep = Path.Combine(_folder.Location, new string('d', 100));
        await using var server = await StartAsync(deep);
        (await AskAsync(server, "select 1")).ShouldBe(1);
        var socket = new NpgsqlConnectionStringBuilder(server.ConnectionString).Host!;
        socket.Length.ShouldBeLessThan(100);
        await using var joined = await StartAsync(deep);
        joined.ProcessId.ShouldBe(server.ProcessId);
        await joined.DisposeAsync();
        await server.DisposeAsync();
        Directory.Delete(socket);
    }

    [Fact]
    public async Task A_folder_that_is_closed_to_the_servers_user_works()
    {
        File.SetUnixFileMode(
            _folder.Location,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        );
        await using (var server = await StartAsync())
        {
            await AskAsync(server, "create table kept as select 42 as answer");
        }
        await using (var again = await StartAsync())
        {
            (await AskAsync(again, "select answer from kept")).ShouldBe(42);
        }
        var note = Path.Combine(_folder.Location, "postgres.location");
        File.Exists(note).ShouldBe(Environment.IsPrivilegedProcess);
        if (File.Exists(note))
        {
            Directory.Delete((await File.ReadAllTextAsync(note, Stop)).Trim(), recursive: true);
        }
    }

    [Fact]
    public async Task A_setting_that_PostgreSQL_refuses_fails_the_start_with_its_words()
    {
        var options = Options(_folder.Location, durable: false);
        options.Settings["shared_buffers"] = "plenty";
        var failure = await Should.ThrowAsync<IOException>(() =>
            EmbeddedPostgres.StartAsync(options, NullLogger.Instance, TimeProvider.System, Stop)
        );
        failure.Message.ShouldContain("shared_buffers");
    }

    private static void Signal(int processId, string name)
    {
        using var kill = Process.Start(
            "kill",
            ["-" + name, processId.ToString(CultureInfo.InvariantCulture)]
        );
        kill.WaitForExit();
    }

    private static EmbeddedPostgresOptions Options(string folder, bool durable) =>
        new()
        {
            DataDirectory = folder,
            Durable = durable,
            Settings = { ["shared_buffers"] = "16MB" },
        };

    private Task<EmbeddedPostgres> StartAsync(bool durable = false) =>
        StartAsync(_folder.Location, durable);

    private static Task<EmbeddedPostgres> StartAsync(string folder, bool durable = false) =>
        EmbeddedPostgres.StartAsync(
            Options(folder, durable),
            NullLogger.Instance,
            TimeProvider.System,
            Stop
        );

    private static async Task<object?> AskAsync(EmbeddedPostgres server, string sql)
    {
        await using var connection = new NpgsqlConnection(
            server.ConnectionString + ";Pooling=false"
        );
        await connection.OpenAsync(Stop);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(Stop);
    }

    private static async Task<object?> AskUntilAnsweredAsync(EmbeddedPostgres server, string sql)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return await AskAsync(server, sql);
            }
            catch (NpgsqlException) when (Stopwatch.GetElapsedTime(started) < Patience)
            {
                await Task.Yield();
            }
        }
    }
}
