using System.Net;
using System.Net.Sockets;
using MailStore.Host.Configuration;
using MailStore.Host.Delivery;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MailStore.Host.Lmtp;

/// <summary>
/// The LMTP server: a Kestrel of its own with a connection handler in place of HTTP. It reads no configuration but its options, and leaves the
/// process's signals alone. Started once, stopped once.
/// </summary>
internal sealed class LmtpServer(LmtpOptions options, string dataDirectory, IDelivery delivery, ILoggerFactory loggerFactory, TimeProvider clock)
    : IAsyncDisposable
{
    /// <summary>What a connection may hold before the client has to wait: bounds memory while a delivery takes its time.</summary>
    private const int MaxReadBuffer = 128 * 1024;

    private readonly ILogger _logger = loggerFactory.CreateLogger<LmtpServer>();
    private LmtpService? _service;
    private ServerCertificate? _certificate;
    private KestrelServer? _kestrel;
    private bool _isStopped;

    public LmtpLimits Limits { get; init; } = LmtpLimits.From(options);

    /// <summary>Sockets that listen already. Where there are some, they count in place of <see cref="LmtpOptions.Listen"/>: whoever made them decided who reaches them.</summary>
    public IReadOnlyList<Socket> Inherited { get; init; } = [];

    /// <summary>Where it listens, after <see cref="StartAsync"/>: with the actual ports where 0 was asked for.</summary>
    public IReadOnlyList<EndPoint> EndPoints { get; private set; } = [];

    /// <exception cref="ConfigurationException">The certificate cannot be used.</exception>
    /// <exception cref="ListenException">It cannot listen where it is told to; then it listens nowhere.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _certificate = LoadCertificate();
        var sockets = Inherited.Count > 0 ? Inherited : await new ListenSockets(options, dataDirectory, _logger).OpenAsync(cancellationToken);
        var byEndPoint = sockets.ToDictionary(socket => socket.LocalEndPoint!);
        _service = new LmtpService(options, Limits, _certificate, delivery, _logger, clock);
        var handler = new LmtpConnectionHandler(_service);

        var kestrelOptions = new KestrelServerOptions { AddServerHeader = false };
        foreach (var endPoint in byEndPoint.Keys)
            kestrelOptions.Listen(endPoint, listen => listen.Run(handler.OnConnectedAsync));
        var transportOptions = new SocketTransportOptions
        {
            CreateBoundListenSocket = endPoint => byEndPoint[endPoint],
            // listens on them once more, inherited ones included: its own default would let fewer clients wait than whoever made them wants
            Backlog = ListenSockets.Backlog,
            MaxReadBufferSize = MaxReadBuffer,
            // A session goes on where its bytes came in, and sends from there: two changes of thread less for each piece. Nothing that blocks runs there, since modules are
            // called on other threads.
            UnsafePreferInlineScheduling = true,
            // a block of 4 KB for each connection, idle ones too; a look at the socket more for each piece would cost more than all of the session's code
            WaitForDataBeforeAllocatingBuffer = false,
        };
        var kestrelLog = new QuietLoggerFactory(loggerFactory);
        var transport = new SocketTransportFactory(Options.Create(transportOptions), kestrelLog);
        _kestrel = new KestrelServer(Options.Create(kestrelOptions), transport, kestrelLog);
        try
        {
            await _kestrel.StartAsync(new NoHttp(), cancellationToken);
        }
        catch
        {
            foreach (var socket in sockets)
                socket.Dispose();
            throw;
        }

        EndPoints = [.. byEndPoint.Keys];
        foreach (var endPoint in EndPoints)
            LmtpLog.Listening(_logger, endPoint);
    }

    /// <summary>Reads the files of the certificate anew, for sessions that begin TLS from now on. They are also read when they have changed. One that cannot be used is logged, and the one before it stays.</summary>
    public void ReloadCertificates() => _certificate?.Reload();

    /// <summary>
    /// Takes no new connections and transactions, lets those under way come to their end, and closes the rest at once. Transactions that take longer
    /// than <see cref="LmtpLimits.ShutdownTimeout"/> are given up.
    /// </summary>
    /// <param name="cancellationToken">Gives them up now.</param>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_kestrel is null || _isStopped)
            return;
        _isStopped = true;
        using var patience = new CancellationTokenSource(Limits.ShutdownTimeout, clock);
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        using var abort = new CancellationTokenSource(Timeout.InfiniteTimeSpan, clock);
        var began = clock.GetTimestamp();
        await using (giveUp.Token.UnsafeRegister(_ => GiveUp(), null))
            await _kestrel.StopAsync(abort.Token);
        LmtpLog.Stopped(_logger);

        void GiveUp()
        {
            if (_service!.Watchdog.Channels is > 0 and var count)
                LmtpLog.CancellingDeliveries(_logger, count, clock.GetElapsedTime(began).TotalSeconds);
            _service.CancelDeliveries();
            // a moment for the replies that this brings
            abort.CancelAfter(Limits.AbortTimeout);
        }
    }

    /// <summary>Gives up what is under way, unless it was stopped before.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(new CancellationToken(canceled: true));
        _kestrel?.Dispose();
        _service?.Dispose();
        _kestrel = null;
    }

    private ServerCertificate? LoadCertificate()
    {
        if (options.TlsCertificate.Length == 0)
            return null;
        var certificate = Path.GetFullPath(options.TlsCertificate, dataDirectory);
        var key = options.TlsKey.Length == 0 ? certificate : Path.GetFullPath(options.TlsKey, dataDirectory);
        try
        {
            return new ServerCertificate(new CertificateFiles(certificate, key), _logger, clock);
        }
        catch (CertificateException e)
        {
            throw new ConfigurationException([new Mistake("", 0, 0, e.Message)]);
        }
    }

    /// <summary>Kestrel wants one; no connection gets there.</summary>
    private sealed class NoHttp : IHttpApplication<object>
    {
        public object CreateContext(IFeatureCollection contextFeatures) => throw new NotSupportedException("this server speaks LMTP");

        public Task ProcessRequestAsync(object context) => Task.CompletedTask;

        public void DisposeContext(object context, Exception? exception)
        {
        }
    }
}
