using System.Net.Security;
using System.Security.Authentication;
using Microsoft.Extensions.Logging;

namespace MailStore.Host.Lmtp;

/// <summary>
/// The certificate that sessions show. Read anew when its files have changed, or when the administrator says so; one that cannot be used is told in the log, and the one that
/// served goes on serving. Thread-safe.
/// </summary>
internal sealed class ServerCertificate
{
    /// <summary>How often the files are looked at, and only when a client asks for TLS.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly CertificateFiles _files;
    private readonly ILogger _logger;
    private readonly TimeProvider _clock;
    private readonly Lock _gate = new();
    private SslServerAuthenticationOptions _options;
    private string _stamp;
    private long _lookedAt;

    /// <exception cref="CertificateException">The certificate cannot be used.</exception>
    public ServerCertificate(CertificateFiles files, ILogger logger, TimeProvider clock)
    {
        _files = files;
        _logger = logger;
        _clock = clock;
        _stamp = files.Stamp;
        _options = OptionsOf(files.Load());
        _lookedAt = clock.GetTimestamp();
    }

    /// <summary>What a handshake needs, after a look at the files.</summary>
    public SslServerAuthenticationOptions Current()
    {
        lock (_gate)
        {
            if (_clock.GetElapsedTime(_lookedAt) >= Pause)
                Look(force: false);
            return _options;
        }
    }

    /// <summary>Reads the files anew, changed or not.</summary>
    public void Reload()
    {
        lock (_gate)
            Look(force: true);
    }

    private static SslServerAuthenticationOptions OptionsOf(SslStreamCertificateContext context) => new()
    {
        ServerCertificateContext = context,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        AllowRenegotiation = false,
        ClientCertificateRequired = false,
    };

    private void Look(bool force)
    {
        _lookedAt = _clock.GetTimestamp();
        var stamp = _files.Stamp;
        // one that cannot be used is not tried again before it changes: of two files the first may come a moment before the second
        if (stamp == _stamp && !force)
            return;
        _stamp = stamp;
        try
        {
            _options = OptionsOf(_files.Load());
            var certificate = _options.ServerCertificateContext!.TargetCertificate;
            LmtpLog.CertificateLoaded(_logger, _files.CertificatePath, certificate.Subject, certificate.NotAfter.ToUniversalTime());
        }
        catch (CertificateException e)
        {
            LmtpLog.CertificateKept(_logger, e.Message);
        }
    }
}
