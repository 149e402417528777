using System.Net;
using MailStore.EndToEnd.Tests.Mtas;

namespace MailStore.EndToEnd.Tests.PowerCuts.Peers;

/// <summary>Dovecot's LMTP server with Maildirs, and <c>mail_fsync</c> as it is by default.</summary>
internal sealed class DovecotPeer(CutDisk disk, MtaPackages packages) : Peer(disk, packages)
{
    protected override string Package => "dovecot-lmtpd";

    protected override string Log => $"{Shared}/dovecot.log";

    protected override string Command => $"exec dovecot -F -c {Shared}/dovecot.conf";

    public override async Task LoadAsync(Ledger ledger, int seed, CancellationToken end)
    {
        await using var load = new MailLoad(new IPEndPoint(IPAddress.Loopback, Port), ledger, () => Users, 8, seed, () => { }) { HasMemory = false };
        load.Start();
        await Task.Delay(Timeout.Infinite, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    protected override void Configure(Ledger ledger) => Write("dovecot.conf", $$"""
        base_dir = {{Shared}}/run
        state_dir = {{Shared}}/state
        log_path = {{Shared}}/dovecot.log
        protocols = lmtp
        listen = 127.0.0.1
        ssl = no
        first_valid_uid = 1
        mail_location = maildir:~/Maildir
        userdb {
          driver = static
          args = uid={{Owner}} gid={{Owner}} home={{Store}}/%u allow_all_users=yes
        }
        passdb {
          driver = static
          args = nopassword=y
        }
        namespace inbox {
          inbox = yes
        }
        service lmtp {
          inet_listener lmtp {
            address = 127.0.0.1
            port = {{Port}}
          }
        }

        """);
}
