using System.Net;
using System.Net.Sockets;
using MailStore.Tests;

namespace MailStore.Benchmarks.Restarts;

/// <summary>One delivery process of an MTA: a connection at a time, made anew after some mails, and at once where it was closed between two. Not thread-safe.</summary>
internal sealed class MtaClient(EndPoint server, int number, MtaTally tally) : IAsyncDisposable
{
    private const int ServiceNotAvailable = 421;

    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(3), AfterFailure = TimeSpan.FromMilliseconds(100);

    /// <summary>Some MTAs make a connection for each mail.</summary>
    private readonly int _mailsEach = number % 3 == 0 ? 1 : 20;
    private readonly bool _isSlow = number % 8 >= 6;
    private readonly bool _isPipelining = number % 4 >= 2;
    private LmtpClient? _connection;
    private int _mails;

    /// <summary>Sends a mail until it is stored or has failed.</summary>
    /// <param name="content">Encoded, with its end.</param>
    /// <returns>Whether it is stored.</returns>
    public async Task<bool> SendAsync(string recipient, ReadOnlyMemory<byte> content)
    {
        while (true)
        {
            var stage = "connecting";
            try
            {
                if (_connection is null)
                {
                    _connection = await LmtpClient.ConnectAsync(server);
                    _mails = 0;
                }

                stage = "before the data";
                if (await EnvelopeAsync(_connection, recipient) is { } refusal)
                {
                    if (refusal.Code != ServiceNotAvailable)
                        return await FailAsync($"{stage}: {refusal}");
                    if (_mails == 0)
                        return await FailAsync($"a new connection was turned away: {refusal}");
                    tally.TurnAway();
                    await CloseAsync();
                    continue;
                }

                stage = "after 354";
                await SendContentAsync(_connection, content);
                stage = "after the end of the data";
                var reply = await _connection.ReadReplyAsync();
                if (reply.Code != 250)
                    return await FailAsync($"{stage}: {reply}");
            }
            catch (Exception e) when (stage == "before the data" && _mails > 0 && e is IOException or SocketException)
            {
                // closed while the next mail was on its way
                tally.TurnAway();
                await CloseAsync();
                continue;
            }
            catch (Exception e) when (e is IOException or SocketException or InvalidOperationException or OperationCanceledException)
            {
                return await FailAsync($"{stage}: {e.GetType().Name}, {e.Message}");
            }

            if (++_mails == _mailsEach)
                await QuitAsync(_connection);
            return true;
        }
    }

    public ValueTask DisposeAsync() => _connection?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <returns>What refused it; null if the data may come.</returns>
    private async Task<LmtpReply?> EnvelopeAsync(LmtpClient connection, string recipient)
    {
        string[] commands = ["MAIL FROM:<sender@example.net>", $"RCPT TO:<{recipient}>", "DATA"];
        if (_isPipelining)
            await connection.SendAsync(string.Join("\r\n", commands) + "\r\n");
        foreach (var command in commands)
        {
            await PauseAsync();
            var reply = _isPipelining ? await connection.ReadReplyAsync() : await connection.CommandAsync(command);
            if (!reply.IsPositive)
                return reply;
        }

        return null;
    }

    private async Task SendContentAsync(LmtpClient connection, ReadOnlyMemory<byte> content)
    {
        await PauseAsync();
        var half = content.Length / 2;
        await connection.SendAsync(content[..half]);
        await PauseAsync();
        await connection.SendAsync(content[half..]);
    }

    private async Task QuitAsync(LmtpClient connection)
    {
        try
        {
            await connection.SendAsync("QUIT\r\n");
        }
        catch (IOException)
        {
            // the server was faster
        }

        await CloseAsync();
    }

    private Task PauseAsync() => _isSlow ? Task.Delay(Pace) : Task.CompletedTask;

    private async Task<bool> FailAsync(string what)
    {
        tally.Fail($"{server}: {what}");
        await CloseAsync();
        // a server that is not there must not flood the tally
        await Task.Delay(AfterFailure);
        return false;
    }

    private async Task CloseAsync()
    {
        if (_connection is not null)
            await _connection.DisposeAsync();
        _connection = null;
    }
}
