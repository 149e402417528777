using System.IO.Pipelines;
using MailStore.Host.Configuration;
using MailStore.Host.Lmtp;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Time.Testing;

namespace MailStore.Host.Tests.Lmtp;

/// <summary>Where a session goes on that runs where all sockets are heard: there for a few pieces, then elsewhere, unless its client was silent in between.</summary>
public sealed class LmtpChannelTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly Pipe _input = new(new PipeOptions(readerScheduler: PipeScheduler.Inline));
    private readonly Pipe _output = new();
    private readonly DefaultConnectionContext _connection;
    private readonly LmtpChannel _channel;

    public LmtpChannelTests()
    {
        _connection = new DefaultConnectionContext("1") { Transport = new Duplex(_input.Reader, _output.Writer) };
        _channel = new LmtpChannel(_connection, _clock, LmtpLimits.From(new LmtpOptions()));
        _channel.PreferInline(true);
    }

    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }

    [Fact]
    public async Task Who_always_has_something_to_say_goes_on_elsewhere_after_a_few_pieces()
    {
        await SayAsync();
        Hear(InlineTurn.Most);
        Assert.False(Hear());
        // nothing is lost by that
        Assert.Equal(1, (await _channel.ReadAsync(TimeSpan.FromMinutes(1))).Buffer.Length);
    }

    [Fact]
    public async Task Who_was_silent_in_between_has_let_the_others_be_heard()
    {
        await SayAsync();
        Hear(InlineTurn.Most - 1);
        await AnswerAfterAsync(TimeSpan.FromMilliseconds(1));
        Hear(InlineTurn.Most);
        Assert.False(Hear());
    }

    [Fact]
    public async Task What_comes_at_once_is_no_silence()
    {
        await SayAsync();
        Hear(InlineTurn.Most - 1);
        await AnswerAfterAsync(TimeSpan.FromMicroseconds(1));
        Assert.False(Hear());
    }

    [Fact]
    public async Task However_silent_he_goes_on_elsewhere_now_and_then()
    {
        await SayAsync();
        var pieces = 0;
        for (; pieces <= InlineTurn.MostInAll && Hear(); pieces += 2)
            await AnswerAfterAsync(TimeSpan.FromMilliseconds(1));
        Assert.Equal(InlineTurn.MostInAll, pieces);
    }

    private async Task SayAsync() => await _input.Writer.WriteAsync(new byte[1]);

    private void Hear(int pieces)
    {
        for (var i = 0; i < pieces; i++)
            Assert.True(Hear(), $"piece {i} of {pieces}");
    }

    /// <summary>Reads a piece, and leaves it there.</summary>
    private bool Hear()
    {
        if (!_channel.TryRead(out var result))
            return false;
        _channel.AdvanceTo(result.Buffer.Start, result.Buffer.Start);
        return true;
    }

    /// <summary>The session waits for a piece that comes so much later.</summary>
    private async Task AnswerAfterAsync(TimeSpan silence)
    {
        Assert.True(_input.Reader.TryRead(out var rest));
        _input.Reader.AdvanceTo(rest.Buffer.End);
        var reading = _channel.ReadAsync(TimeSpan.FromMinutes(1));
        Assert.False(reading.IsCompleted);
        _clock.Advance(silence);
        await SayAsync();
        var result = await reading;
        _channel.AdvanceTo(result.Buffer.Start, result.Buffer.Start);
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
