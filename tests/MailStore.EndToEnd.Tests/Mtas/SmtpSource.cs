using System.Diagnostics;
using System.Net;
using MailStore.Tests;

namespace MailStore.EndToEnd.Tests.Mtas;

/// <summary>Postfix's <c>smtp-source -L</c>: brings mails, each to an address of its own, over several connections, and ends with an error at the first refusal of a connection or of a mail.</summary>
internal sealed class SmtpSource(string root, string shared, EndPoint server, string recipient, int connections)
{
    private const int MailsAtOnce = 500;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>So many it was told are stored.</summary>
    public int Stored { get; private set; }

    /// <summary>Brings mails until it is told to end, and then the rest of the last lot.</summary>
    public async Task RunAsync(CancellationToken ending)
    {
        var address = server is IPEndPoint tcp ? $"inet:127.0.0.1:{tcp.Port}" : $"unix:{server}";
        var info = new ProcessStartInfo(Path.Combine(RepositoryRoot.Path, "tests", "mta"))
        {
            WorkingDirectory = "/",
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var argument in (string[])["run", root, shared, "smtp-source", "-L", "-s", $"{connections}", "-m", $"{MailsAtOnce}", "-l", "4096", "-f", MtaTests.Sender, "-N", "-t", recipient, "-S"])
            info.ArgumentList.Add(argument);
        while (!ending.IsCancellationRequested)
        {
            // the number before the recipient and the subject make each mail one of its kind
            info.ArgumentList.Add($"lot {Stored}");
            info.ArgumentList.Add(address);
            using var process = Process.Start(info)!;
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
            var errors = await process.StandardError.ReadToEndAsync(CancellationToken.None).WaitAsync(Patience, CancellationToken.None);
            await process.WaitForExitAsync(CancellationToken.None);
            Assert.True(process.ExitCode == 0, $"smtp-source to {address} ended with {process.ExitCode} after {Stored} mails and some: {errors}{await output}");
            info.ArgumentList.RemoveAt(info.ArgumentList.Count - 1);
            info.ArgumentList.RemoveAt(info.ArgumentList.Count - 1);
            // warnings would be of connections that failed and were tried again
            Assert.True(errors.Length == 0, $"smtp-source to {address}: {errors}");
            Stored += MailsAtOnce;
        }
    }
}
