using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using MailStore.Tests;
using MailStore.Tests.Servers;

namespace MailStore.EndToEnd.Tests.Mtas;

/// <summary>A real mail server with a private configuration and queue, which takes mail by SMTP and hands that for example.org to MailStore.</summary>
internal abstract class Mta : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly string Script = Path.Combine(RepositoryRoot.Path, "tests", "mta");

    private readonly StringBuilder _output = new();
    private Process? _process;

    protected Mta(string name, MtaPackages packages, Transport transport)
    {
        Packages = packages;
        Name = name;
        Transport = transport;
        // not below a folder that only root enters: the MTA's own users come here, too
        Shared = $"/tmp/mailstore-{name}-{Guid.NewGuid().ToString("n")[..8]}";
        Directory.CreateDirectory(Shared);
        File.SetUnixFileMode(Shared, (UnixFileMode)0x1ED); // 0755
        Port = FreePort.Take();
    }

    public string Name { get; }

    /// <summary>The one folder that both see.</summary>
    public string Shared { get; }

    public string Socket => Path.Combine(Shared, "lmtp.sock");

    /// <summary>Where MailStore is to listen on TCP.</summary>
    public int LmtpPort { get; } = FreePort.Take();

    /// <summary>What it wrote to its log.</summary>
    public string Log
    {
        get
        {
            var files = new[] { Shared, Path.Combine(Shared, "log") }.Where(Directory.Exists)
                .SelectMany(folder => Directory.GetFiles(folder, "*log")).Order(StringComparer.Ordinal).Select(ReadShared);
            lock (_output)
                return string.Concat(files) + _output;
        }
    }

    /// <summary>Whether a refusal for good that an LMTP server speaks has it bounce the mail.</summary>
    public virtual bool Bounces => true;

    protected MtaPackages Packages { get; }

    protected Transport Transport { get; }

    protected int Port { get; }

    protected abstract string Package { get; }

    /// <summary>The command that runs it in the foreground.</summary>
    protected abstract string[] Command { get; }

    protected virtual string? Bind => null;

    /// <summary>Where its queue is: a file for each mail.</summary>
    protected abstract IEnumerable<string> QueueFolders { get; }

    public static Mta Create(string name, MtaPackages packages, Transport transport) => name switch
    {
        "postfix" => new Postfix(packages, transport),
        "exim" => new Exim(packages, transport),
        "opensmtpd" => new OpenSmtpd(packages, transport),
        _ => throw new ArgumentException(name),
    };

    public async Task StartAsync()
    {
        var root = await Packages.PrepareAsync(Package);
        Configure();
        _process = Process.Start(StartInfo(root, Command))!;
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        _process.StandardInput.Close();
        await UntilAsync(IsUpAsync, "it does not take connections");
    }

    /// <summary>Sends one mail by SMTP.</summary>
    public async Task SendAsync(IReadOnlyList<string> recipients, ReadOnlyMemory<byte> mail)
    {
        await using var client = await LmtpClient.ConnectRawAsync(new IPEndPoint(IPAddress.Loopback, Port));
        await ExpectAsync(client.ReadReplyAsync(), 220);
        await ExpectAsync(client.CommandAsync("EHLO client.example.net"), 250);
        await ExpectAsync(client.CommandAsync($"MAIL FROM:<{MtaTests.Sender}>"), 250);
        foreach (var recipient in recipients)
            await ExpectAsync(client.CommandAsync($"RCPT TO:<{recipient}>"), 250);
        await ExpectAsync(client.CommandAsync("DATA"), 354);
        await client.SendAsync(LmtpClient.Encode(mail.Span));
        await ExpectAsync(client.ReadReplyAsync(), 250);
    }

    /// <summary>Waits until the queue is empty; what is deferred is tried again at once.</summary>
    public Task DrainAsync() => UntilAsync(
        async () =>
        {
            if (QueueLength() == 0)
                return true;
            await RetryAsync();
            return QueueLength() == 0;
        },
        "its queue does not get empty");

    /// <summary>Sends a mail, and waits until it has tried in vain to hand it over for this reason, and keeps it.</summary>
    public async Task SendInVainAsync(string recipient, ReadOnlyMemory<byte> mail, string reason)
    {
        var before = Count(reason);
        await SendAsync([recipient], mail);
        await UntilAsync(() => Task.FromResult(Count(reason) > before), $"no mail is deferred for '{reason}'");
        Assert.True(QueueLength() > 0, $"{Name} keeps no mail: {Tail(Log)}");

        int Count(string text) => Log.Split(text).Length - 1;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            if (!_process.HasExited)
                _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
            _process.Dispose();
        }

        Directory.Delete(Shared, recursive: true);
    }

    protected abstract void Configure();

    /// <summary>Has it try again now what it keeps.</summary>
    protected abstract Task RetryAsync();

    /// <summary>Runs a command of the MTA in a namespace of its own.</summary>
    protected async Task RunAsync(params string[] command)
    {
        using var process = Process.Start(StartInfo(await Packages.PrepareAsync(Package), command))!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        Keep(await process.StandardError.ReadToEndAsync() + await output);
        await process.WaitForExitAsync();
    }

    protected void Write(string file, string content) => File.WriteAllText(Path.Combine(Shared, file), content);

    private int QueueLength() => QueueFolders.Where(Directory.Exists).Sum(folder => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Count());

    private ProcessStartInfo StartInfo(string root, string[] command)
    {
        var info = new ProcessStartInfo(Script, ["run", root, Shared, .. command])
        {
            WorkingDirectory = "/",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (Bind is { } bind)
            info.Environment["MTA_BIND"] = bind;
        return info;
    }

    private async Task<bool> IsUpAsync()
    {
        Assert.False(_process!.HasExited, $"{Name} ended: {Log}");
        try
        {
            await using var client = await LmtpClient.ConnectRawAsync(new IPEndPoint(IPAddress.Loopback, Port));
            return (await client.ReadReplyAsync()).Code == 220;
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return false;
        }
    }

    private async Task UntilAsync(Func<Task<bool>> reached, string otherwise)
    {
        var until = DateTime.UtcNow + Patience;
        while (!await reached())
        {
            if (DateTime.UtcNow > until)
                Assert.Fail($"{Name}: {otherwise}: {Tail(Log)}");
            await Task.Delay(200);
        }
    }

    private async Task ExpectAsync(Task<LmtpReply> asked, int code)
    {
        var reply = await asked;
        Assert.True(reply.Code == code, $"{Name} says {reply.Code} {string.Join(" / ", reply.Lines)}");
    }

    private void Keep(string? line)
    {
        lock (_output)
            _output.AppendLine(line);
    }

    private static string Tail(string text) => text.Length < 8000 ? text : text[^8000..];

    private static string ReadShared(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        return new StreamReader(stream, Encoding.Latin1).ReadToEnd();
    }
}
