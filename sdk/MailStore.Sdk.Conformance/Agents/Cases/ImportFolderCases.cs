namespace MailStore.Sdk.Conformance;

/// <summary>Folders of imported mails, whose names come from outside.</summary>
internal static class ImportFolderCases
{
    public static IEnumerable<ConformanceCase<AgentUnderTest>> All =>
    [
        AgentCase.Of("import: a folder is made once", AgentRequirements.CreatesFolder, OnceAsync),
        AgentCase.Of("import: the folders that can be", $"{AgentRequirements.ImportFolder} {AgentRequirements.FolderIsThere}", OrdinaryAsync),
        AgentCase.Of("import: names of folders lead nowhere", $"{AgentRequirements.ImportFolder} {AgentRequirements.FolderIsThere}", HostileAsync),
        AgentCase.Of("import: details mean nothing", AgentRequirements.ImportDetail, DetailAsync),
        AgentCase.Of("extras: folders without mail are named", $"{AgentRequirements.NamesFolders} {AgentRequirements.KeepsFolders}", NamedAsync),
    ];

    private static async Task OnceAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        await ExpectFoldersAsync(mailbox);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => mailbox.Import.TryCreateFolderAsync("Lists.Rust")));
        Expect.That(answers.All(answer => answer), "TryCreateFolderAsync of 'Lists.Rust', called by many at once, gave false to one of them");
        Expect.That(await mailbox.Import.TryCreateFolderAsync("Lists.Rust"), "TryCreateFolderAsync of a folder that is there gave false");
        Expect.That(await mailbox.Import.TryCreateFolderAsync("Lists"), "TryCreateFolderAsync of the folder above one that is there gave false");
        await mailbox.ExpectAsync([]);
        await mailbox.Import.ExpectAsync(await mailbox.Import.ImportAsync(Letters.Many(3).Select(letter => letter with { Folder = "Lists.Rust" })));
    }

    private static async Task OrdinaryAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        await ExpectFoldersAsync(mailbox);
        string[] names = ["Archive", "Archive.2025", "Sent Items", "Entwürfe", "входящие", "a&b", "lists", "Lists"];
        foreach (var name in names)
            Expect.That(await mailbox.Import.TryCreateFolderAsync(name), $"TryCreateFolderAsync of '{name}', an ordinary name, gave false");
        await ExpectAsync(mailbox, names);
    }

    private static async Task HostileAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        await ExpectAsync(mailbox, FolderCases.Hostile.Select(name => name.Replace("{outside}", world.Outside, StringComparison.Ordinal)));
        world.ExpectNothingOutside();
    }

    private static async Task ExpectAsync(MailboxUnderTest mailbox, IEnumerable<string> names)
    {
        var stored = new List<DeliveryOutcome>();
        foreach (var name in names)
        {
            var canBe = await mailbox.Import.TryCreateFolderAsync(name);
            stored.AddRange(await mailbox.Import.ImportAsync([Letters.Plain($"a mail for {ImportUnderTest.Name(name)}") with { Folder = name }]));
            var wanted = canBe ? name : null;
            Expect.That(
                stored[^1].Result!.Folder == wanted,
                $"TryCreateFolderAsync of '{name}' gave {canBe}, but ImportAsync of a mail for it says that it went to {ImportUnderTest.Name(stored[^1].Result!.Folder)} and not to {ImportUnderTest.Name(wanted)}");
        }

        await mailbox.Import.ExpectAsync(stored);
    }

    private static async Task DetailAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        var stored = await mailbox.Import.ImportAsync([Letters.Plain("a mail of the inbox that has a detail") with { Detail = "lists" }]);
        Expect.That(stored[0].Result!.Folder is null, $"ImportAsync put a mail of the inbox with a detail into {ImportUnderTest.Name(stored[0].Result!.Folder)}");
        await mailbox.Import.ExpectAsync(stored);
    }

    private static async Task NamedAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        var extras = mailbox.Extras;
        await ExpectFoldersAsync(mailbox);
        Expect.That(await mailbox.Import.TryCreateFolderAsync("Empty"), "TryCreateFolderAsync of 'Empty', an ordinary name, gave false");
        await mailbox.Import.ImportAsync([Letters.Plain("a mail for a folder") with { Folder = "Full" }, Letters.Plain("a mail for the inbox")]);
        world.Context.Step("ListFoldersAsync");
        var names = new List<string>();
        await foreach (var name in extras.ListFoldersAsync(world.CancellationToken))
            names.Add(name);
        foreach (var name in (string[])["Empty", "Full"])
            Expect.That(names.Count(found => found == name) == 1, $"ListFoldersAsync named the folder '{name}' {names.Count(found => found == name)} times");
        Expect.That(names.Count == 2, $"ListFoldersAsync named {names.Count} folders where there are 2 besides the inbox");
    }

    private static async Task ExpectFoldersAsync(MailboxUnderTest mailbox)
    {
        if (!(await mailbox.Import.GetFidelityAsync()).HasFolders)
            throw new NotOfferedException("the mailbox has no folders (MailboxFidelity.HasFolders)");
    }
}
