using System.Net.Sockets;
using MailStore.Host.Configuration;
using MailStore.Host.Delivery;
using Spectre.Console;

namespace MailStore.Host.Commands;

/// <summary>Sends the demo's mails and tells each step as it happens.</summary>
internal sealed class DemoStory(IAnsiConsole output, string folder) : IDeliveryWitness
{
    private readonly Lock _pen = new();

    public void Step(string user, string what) => Write(user, what.Replace(folder + "/", "", StringComparison.Ordinal));

    public async Task<IReadOnlyList<DemoOutcome>> SendAsync(DemoMail mail, ListenAddress address, string dataDirectory, CancellationToken cancellationToken)
    {
        Write("", $"{mail.File} from <{mail.Sender}> to {string.Join(", ", mail.Recipients)}");
        var socket = LmtpConnector.Connect(address, dataDirectory) ?? throw new InvalidOperationException("the demo's own server does not answer");
        await using var server = new LmtpHandover(new NetworkStream(socket, ownsSocket: true));
        await using var content = typeof(DemoStory).Assembly.GetManifestResourceStream($"mails/{mail.File}")!;
        var replies = await server.DeliverAsync(mail.Sender, mail.Recipients, content, cancellationToken);
        for (var i = 0; i < replies.Count; i++)
        {
            if (!replies[i].IsPositive)
                Write(mail.Recipients[i], replies[i].ToString());
        }

        return [.. replies.Select((reply, i) => new DemoOutcome(mail.File, mail.Recipients[i], reply))];
    }

    private void Write(string user, string what)
    {
        // one step, one line, however many deliveries talk at once
        lock (_pen)
        {
            if (user.Length == 0)
                output.MarkupLineInterpolated($"[bold blue]»[/] {what}");
            else
                output.MarkupLineInterpolated($"   [green]{user[..user.IndexOf('@', StringComparison.Ordinal)],-6}[/] {what}");
        }
    }
}
