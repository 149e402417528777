using System.Net.Sockets;
using System.Text;
using MailStore.Host.Admin;

namespace MailStore.Host.Tests.Admin;

/// <summary>A server that dies, or is not what it should be, while a command talks to it: one clear message, never a crash.</summary>
public sealed class AdminClientTests : IDisposable
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mailstore-admin-");

    public static TheoryData<string, int> Answers { get; } = new()
    {
        { "", ExitCode.TemporaryFailure },
        { "HTTP/1.1 200", ExitCode.TemporaryFailure },
        { Ok + "Content-Length: 1000\r\n\r\n{\"name\":\"al", ExitCode.TemporaryFailure },
        { Ok + "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"nam", ExitCode.TemporaryFailure },
        { Ok + "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"nam\r\n", ExitCode.TemporaryFailure },
        { Ok + "Content-Length: 5\r\n\r\n{\"nam", ExitCode.TemporaryFailure },
        { Ok + "Content-Length: 4\r\n\r\nnull", ExitCode.Software },
        { "HTTP/1.1 414 URI Too Long\r\nContent-Length: 0\r\n\r\n", ExitCode.Software },
        { "HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: 39\r\n\r\n{\"exit_code\":67,\"error\":\"no such user\"}", ExitCode.NoUser },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Whatever_the_server_answers_a_command_ends_with_a_message(string answer, int exitCode)
    {
        foreach (var call in (Func<AdminClient, Task>[])[
            client => client.ShowAsync("alice", default), client => client.HealthAsync(default), client => client.SetAsync(new UserChange { Name = "alice" }, default),
            async client => await client.ListAsync(null, default).ToListAsync(), client => client.ImportAsync([new UserChange { Name = "alice" }], default).ToListAsync().AsTask()])
        {
            var e = await CallAsync(answer, call);
            Assert.Equal(exitCode, Assert.IsType<AdminException>(e).ExitCode);
        }
    }

    [Fact]
    public async Task A_mail_that_breaks_off_is_told_as_such()
    {
        using var target = new MemoryStream();
        var e = await CallAsync(Ok + "Content-Length: 1000\r\n\r\nSubject: half", client => client.CopyMailAsync("alice", "1", target, default));
        Assert.Equal(ExitCode.TemporaryFailure, Assert.IsType<AdminException>(e).ExitCode);
    }

    [Fact]
    public async Task A_full_disk_of_ones_own_is_no_fault_of_the_server()
    {
        await using var full = new FileStream("/dev/full", new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Write, BufferSize = 0 });
        var e = await CallAsync(Ok + "Content-Length: 4\r\n\r\nmail", client => client.CopyMailAsync("alice", "1", full, default));
        Assert.IsAssignableFrom<IOException>(e);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private async Task<Exception?> CallAsync(string answer, Func<AdminClient, Task> call)
    {
        var path = Path.Combine(_folder.FullName, $"{Guid.NewGuid():n}"[..8]);
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        var served = ServeAsync(listener, answer);
        using var client = new AdminClient(path);
        var exception = await Record.ExceptionAsync(() => call(client).WaitAsync(Patience));
        await served.WaitAsync(Patience);
        return exception;
    }

    /// <summary>Answers one request, whole or in part, and hangs up.</summary>
    private static async Task ServeAsync(Socket listener, string answer)
    {
        using var connection = await listener.AcceptAsync();
        // the server is gone: a second try finds nobody
        listener.Dispose();
        var buffer = new byte[64 * 1024];
        var request = "";
        while (!(request.Contains("\r\n\r\n", StringComparison.Ordinal) && (!request.Contains("chunked", StringComparison.Ordinal) || request.EndsWith("0\r\n\r\n", StringComparison.Ordinal))))
        {
            var count = await connection.ReceiveAsync(buffer);
            Assert.NotEqual(0, count);
            request += Encoding.UTF8.GetString(buffer, 0, count);
        }

        await connection.SendAsync(Encoding.UTF8.GetBytes(answer));
    }
}
