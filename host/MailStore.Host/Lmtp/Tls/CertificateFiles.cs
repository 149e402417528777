using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MailStore.Host.Lmtp;

/// <summary>The files of a certificate and its private key, in PEM. They change under a running server: certbot and its like renew them.</summary>
/// <param name="certificatePath">Absolute: the certificate, and those between it and the root.</param>
/// <param name="keyPath">Absolute; may be the same file.</param>
internal sealed class CertificateFiles(string certificatePath, string keyPath)
{
    /// <summary>Debian gives keys to the group ssl-cert; nobody else may read one, and only its owner may write it.</summary>
    private const UnixFileMode Forbidden =
        UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute | UnixFileMode.GroupWrite;

    public string CertificatePath => certificatePath;

    /// <summary>Another one whenever a file has changed.</summary>
    public string Stamp => $"{StampOf(certificatePath)} {StampOf(keyPath)}";

    /// <exception cref="CertificateException">They cannot be used; the message says why, and what to do.</exception>
    public SslStreamCertificateContext Load()
    {
        try
        {
            CheckMode();
            var certificate = X509Certificate2.CreateFromPemFile(certificatePath, keyPath);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(certificatePath);
            // offline: no certificate sends the server to a place that it names
            return SslStreamCertificateContext.Create(certificate, chain, offline: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CertificateException($"the certificate cannot be read: {e.Message}; mend [lmtp] tls_certificate and tls_key, or give this user the right to read them", e);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new CertificateException(
                $"{certificatePath} with the key {keyPath} cannot be used: {e.Message.TrimEnd('.')}; both must be PEM, the key without a password, and belong to each other", e);
        }
    }

    private static string StampOf(string path)
    {
        var file = new FileInfo(path);
        // what a link leads to is what changes
        if (file.Exists && file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo target)
            file = target;
        return file.Exists ? $"{file.FullName} {file.LastWriteTimeUtc.Ticks} {file.Length}" : "none";
    }

    private void CheckMode()
    {
        var mode = File.GetUnixFileMode(keyPath) & Forbidden;
        if (mode != 0)
        {
            throw new CertificateException(
                $"the private key {keyPath} is open to others ({mode}); take their rights away: chmod 0640 {keyPath}, or 0600");
        }
    }
}
