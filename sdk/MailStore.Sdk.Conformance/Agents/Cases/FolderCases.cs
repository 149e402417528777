namespace MailStore.Sdk.Conformance;

/// <summary>Folders and details, which come from outside.</summary>
internal static class FolderCases
{
    /// <summary>Names from outside; <c>{outside}</c> stands for a directory that is none of the module's business.</summary>
    public static readonly string[] Hostile =
        ["..", ".", "../../etc", "../../../etc", "../../../../etc", "{outside}/etc", "a/../../b", "a/b", "", " ", ".hidden", "a..b", "a.", "cur", "new", "INBOX", "con", "-rf", "%2e%2e", "a\nb", "a\u0001b", "\\", "~", "ünïcödé", "🐘", new('x', 300)];

    public static IEnumerable<ConformanceCase<AgentUnderTest>> All =>
    [
        AgentCase.Of("folders: the result says which one was used", AgentRequirements.FolderUsed, UsedAsync),
        AgentCase.Of("folders: mails of all of them are listed", AgentRequirements.ListOrder, ListedAsync),
        AgentCase.Of("folders: names from outside lead nowhere", AgentRequirements.FolderFromOutside, (world, _, mailbox) => HostileAsync(world, mailbox, (letter, name) => letter with { Folder = name })),
        AgentCase.Of("folders: details from outside lead nowhere", AgentRequirements.FolderFromOutside, (world, _, mailbox) => HostileAsync(world, mailbox, (letter, name) => letter with { Detail = name })),
    ];

    private static async Task UsedAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        foreach (var folder in (string?[])[null, "Lists", "Lists.Rust", "Lists"])
        {
            var stored = await mailbox.DeliverAsync(Letters.Plain() with { Folder = folder });
            var used = stored.Result!.Folder;
            Expect.That(
                used is null || used == folder,
                $"a mail for {Name(folder)} was stored in {Name(used)}; a module that has no such folder stores it in the inbox, and says so by a result without Folder");
            var listed = (await mailbox.ListAsync()).FirstOrDefault(mail => mail.Id == stored.StoredId);
            Expect.That(listed is not null, $"a mail for {Name(folder)} was Stored as '{stored.StoredId}', but is not listed");
            Expect.That(listed.Folder == used, $"the result of DeliverAsync says that the mail went to {Name(used)}, but ListAsync says that it is in {Name(listed.Folder)}");
        }
    }

    private static async Task ListedAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        var stored = new List<DeliveryOutcome>();
        foreach (var folder in (string?[])["Zoo", null, "Lists.Rust", "Archive", null, "Zoo", "Lists"])
            stored.Add(await mailbox.DeliverAsync(Letters.Plain($"a mail for {Name(folder)}") with { Folder = folder }));
        await mailbox.ExpectAsync(stored);
        var folders = (await mailbox.ListAsync()).Select(mail => mail.Folder).ToList();
        var runs = folders.Where((folder, i) => i == 0 || folders[i - 1] != folder).ToList();
        Expect.That(runs.Count == runs.Distinct().Count(), $"ListAsync is to list folder by folder, but goes {string.Join(", ", runs.Select(Name))}");
        Expect.That(runs[0] is null, $"ListAsync is to begin with the inbox, but begins with {Name(runs[0])}");
    }

    private static async Task HostileAsync(AgentWorld world, MailboxUnderTest mailbox, Func<Letter, string, Letter> put)
    {
        var stored = new List<DeliveryOutcome>();
        foreach (var name in Hostile.Select(name => name.Replace("{outside}", world.Outside, StringComparison.Ordinal)))
            stored.Add(await mailbox.DeliverAsync(put(Letters.Plain($"a mail for the folder or detail '{name}'"), name)));
        world.ExpectNothingOutside();
        await mailbox.ExpectAsync(stored);
    }

    private static string Name(string? folder) => folder is null ? "the inbox" : $"the folder '{folder}'";
}
