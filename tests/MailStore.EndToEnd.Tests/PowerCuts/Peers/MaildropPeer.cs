using MailStore.EndToEnd.Tests.Mtas;

namespace MailStore.EndToEnd.Tests.PowerCuts.Peers;

/// <summary>maildrop, a process for each mail, four at once. Delivered is what it ended with 0 for.</summary>
internal sealed class MaildropPeer(CutDisk disk, MtaPackages packages) : Peer(disk, packages)
{
    private const int Workers = 4, MailsEach = 400;

    protected override string Package => "maildrop";

    protected override string Command => $"touch {Shared}/up && sh {Shared}/deliver";

    public override async Task LoadAsync(Ledger ledger, int seed, CancellationToken end)
    {
        Write("go", "");
        await Task.Delay(Timeout.Infinite, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public override void NoteAcknowledged(Ledger ledger)
    {
        foreach (var file in Directory.GetFiles(Shared, "acknowledged*"))
        {
            foreach (var line in File.ReadLines(file).Select(line => line.Split(' ')).Where(words => words.Length == 2))
            {
                if (ledger.Find(line[0], line[1]) is { } mail)
                    mail.IsAcknowledged = true;
            }
        }
    }

    protected override Task<bool> IsUpAsync() => Task.FromResult(File.Exists(Path.Combine(Shared, "up")));

    protected override void Configure(Ledger ledger)
    {
        foreach (var file in Directory.GetFiles(Shared))
            File.Delete(file);
        var random = new Random();
        for (var worker = 0; worker < Workers; worker++)
        {
            var lines = new List<string>();
            for (var i = 0; i < MailsEach; i++)
            {
                var mail = ledger.Note([Users[random.Next(Users.Count)]], random.Next(300, 8000), out var content)[0];
                File.WriteAllBytes(Path.Combine(Shared, mail.Id), content);
                lines.Add($"{mail.Id} {mail.User}");
            }

            File.WriteAllLines(Path.Combine(Shared, $"list{worker}"), lines);
        }

        Write("mailfilter", $"to \"{Store}/$NAME/Maildir\"\n");
        File.SetUnixFileMode(Path.Combine(Shared, "mailfilter"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Write("deliver", $$"""
            cd {{Shared}}
            until [ -e go ]; do sleep 0.02; done
            for worker in 0 1 2 3; do
                while read -r id user; do
                    NAME=$user HOME=/root maildrop ./mailfilter < "$id" && echo "$id $user" >> "acknowledged$worker"
                done < "list$worker" &
            done
            wait
            sleep 600

            """);
    }
}
