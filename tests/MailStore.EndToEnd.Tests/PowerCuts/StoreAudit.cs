using System.Text;
using MailStore.Host.Admin;

namespace MailStore.EndToEnd.Tests.PowerCuts;

/// <summary>Holds a server's records and mails against what was promised: Maildirs by their files, all else as <c>mailstore mail</c> reads it.</summary>
internal sealed class StoreAudit(CutDisk disk, MailStoreOnDisk store, ModuleCase module, Ledger ledger, CutRow mails, CutRow users)
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var admin = store.Connect();
        var records = new List<UserView>();
        await foreach (var record in admin.ListAsync(null, cancellationToken))
            records.Add(record);
        LookAtUsers(records);

        var audit = new MailAudit(ledger, mails);
        foreach (var record in records)
        {
            if (module.IsMaildir)
                LookAtMaildir(record, audit);
            else
                await LookByAdminAsync(admin, record, audit, cancellationToken);
        }

        audit.End();
        if (module.IsMaildir)
            LookForStrayMaildirs(records);
    }

    private void LookAtUsers(List<UserView> records)
    {
        foreach (var twice in records.CountBy(record => record.Name).Where(count => count.Value > 1 && ledger.IsNews(count.Key)))
        {
            users.Doubled++;
            ledger.Complain($"user {twice.Key} is there {twice.Value} times");
        }

        var found = records.DistinctBy(record => record.Name).ToDictionary(record => record.Name);
        var receivers = ledger.Mails.Where(mail => mail.IsAcknowledged).Select(mail => mail.User).ToHashSet();
        foreach (var user in ledger.Users.Where(user => user is { IsAcknowledged: true, IsCounted: false }))
        {
            var record = found.GetValueOrDefault(user.Name);
            var isWhole = record is not null && record.Settings.TryGetValue("quota", out var quota) && quota == user.Quota;
            // a mail was acknowledged, and so the record says where it is
            var isAllocated = record?.Allocation is not null || !receivers.Contains(user.Name);
            user.IsCounted = !isWhole || !isAllocated;
            if (record is not null && !isWhole)
                users.Torn++;
            else if (!isWhole || !isAllocated)
                users.Lost++;
            if (user.IsCounted)
                ledger.Complain($"user {user.Name}: {(record is null ? "lost" : isWhole ? "his allocation is lost, and he has acknowledged mail" : $"his quota is '{record.Settings.GetValueOrDefault("quota")}', not '{user.Quota}'")}");
        }

        foreach (var stranger in records.Where(record => ledger.FindUser(record.Name) is null && ledger.IsNews(record.Name)))
        {
            users.Torn++;
            ledger.Complain($"user {stranger.Name} was never added");
        }

        foreach (var shared in records.Where(record => record.Uid is not null).GroupBy(record => record.Uid).Where(group => group.Count() > 1 && ledger.IsNews($"uid {group.Key}")))
            ledger.Complain($"uid {shared.Key} was given to {string.Join(" and ", shared.Select(record => record.Name))}");
    }

    private void LookAtMaildir(UserView record, MailAudit audit)
    {
        if (record.Home is null)
            return;
        var home = disk.View(record.Home);
        var owner = Path.Combine(home, "mailstore-owner");
        if (!File.Exists(owner) || !File.ReadAllLines(owner).Contains($"user={record.Name}"))
        {
            if (ledger.IsNews(owner))
                ledger.Complain($"the record of {record.Name} says {record.Home}, and that is not his: {(File.Exists(owner) ? File.ReadAllText(owner) : Directory.Exists(home) ? "it has no file mailstore-owner" : "it is not there")}");
            return;
        }

        // no reader sees these, and one day they are swept
        mails.Repaired += Directory.GetFiles(Path.Combine(home, "tmp")).Count(ledger.IsNews);
        foreach (var file in StoredMaildir.Files(home))
            audit.See(record.Name, file, File.ReadAllBytes(file));
    }

    private async Task LookByAdminAsync(AdminClient admin, UserView record, MailAudit audit, CancellationToken cancellationToken)
    {
        if (record.Allocation is null)
            return;
        var ids = new List<string>();
        try
        {
            await foreach (var mail in admin.ListMailAsync(record.Name, cancellationToken))
                ids.Add(mail.Id);
        }
        catch (AdminException e)
        {
            // what he had is lost then
            if (ledger.IsNews(e.Message))
                ledger.Complain($"the mailbox of {record.Name} is not there: {e.Message}");
        }

        foreach (var id in ids)
        {
            using var content = new MemoryStream();
            try
            {
                await admin.CopyMailAsync(record.Name, id, content, cancellationToken);
            }
            catch (AdminException e)
            {
                content.SetLength(0);
                content.Write(Encoding.UTF8.GetBytes(e.Message));
            }

            audit.See(record.Name, $"{record.Name}: {id}", content.ToArray());
        }
    }

    /// <summary>No mail where no record leads.</summary>
    private void LookForStrayMaildirs(List<UserView> records)
    {
        var root = disk.View(Path.Combine(store.DataDirectory, "mail", "example.org"));
        if (!Directory.Exists(root))
            return;
        var known = records.Where(record => record.Home is not null).Select(record => Path.GetFileName(record.Home!)).ToHashSet();
        mails.Repaired += Directory.GetDirectories(root, ".mailstore-*").Count(ledger.IsNews);
        foreach (var stray in Directory.GetDirectories(root).Where(folder => !known.Contains(Path.GetFileName(folder))))
        {
            var files = Directory.EnumerateFiles(stray, "*,S=*", SearchOption.AllDirectories).Count();
            if (files > 0 && ledger.IsNews(stray))
                ledger.Complain($"no record knows {stray}, and {files} mails are in it");
        }
    }
}
