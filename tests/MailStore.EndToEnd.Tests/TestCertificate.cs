using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MailStore.EndToEnd.Tests;

/// <summary>A certificate for a server of a test.</summary>
internal static class TestCertificate
{
    /// <summary>Writes it, with its key, to one file.</summary>
    public static void Write(string file)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(file, $"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}
