using System.Globalization;

namespace MailStore.Sdk.Conformance;

/// <summary>A mailbox that mails can be imported into, and what a mover does with it.</summary>
internal sealed class ImportUnderTest(AgentWorld world, MailboxUnderTest mailbox, IMailboxImport import)
{
    /// <summary>The most mails in one call.</summary>
    public const int Most = 256;

    public async Task<MailboxFidelity> GetFidelityAsync()
    {
        world.Context.Step("GetFidelityAsync");
        return await import.GetFidelityAsync(world.CancellationToken) ?? throw new ConformanceException("GetFidelityAsync gave null instead of a MailboxFidelity");
    }

    public async Task<bool> TryCreateFolderAsync(string folder)
    {
        world.Context.Step($"TryCreateFolderAsync of '{Shorten(folder)}'");
        return await Task.Run(() => import.TryCreateFolderAsync(folder, world.CancellationToken).AsTask(), CancellationToken.None);
    }

    public async Task<bool> TrySetFlagsAsync(string id, MailFlags flags)
    {
        world.Context.Step($"TrySetFlagsAsync of '{Shorten(id)}'");
        return await Task.Run(() => import.TrySetFlagsAsync(id, flags, world.CancellationToken).AsTask(), CancellationToken.None);
    }

    public async Task<bool> TryRemoveAsync(string id)
    {
        world.Context.Step($"TryRemoveAsync of '{Shorten(id)}'");
        return await Task.Run(() => import.TryRemoveAsync(id, world.CancellationToken).AsTask(), CancellationToken.None);
    }

    /// <summary>Imports letters by one call, whatever comes of it.</summary>
    public async Task<IReadOnlyList<DeliveryOutcome>> TryImportAsync(IEnumerable<Letter> letters, CancellationToken? cancellationToken = null)
    {
        var batch = letters.ToList();
        var postings = batch.ConvertAll(letter => new Posting(letter, mailbox.Record.Name));
        try
        {
            return await TryImportAsync(batch, postings, cancellationToken);
        }
        finally
        {
            foreach (var posting in postings)
                posting.Dispose();
        }
    }

    /// <summary>As above, of postings that the caller looks into.</summary>
    public async Task<IReadOnlyList<DeliveryOutcome>> TryImportAsync(IReadOnlyList<Letter> letters, IReadOnlyList<Posting> postings, CancellationToken? cancellationToken = null)
    {
        var what = letters.Count == 1 ? letters[0].What : string.Create(CultureInfo.InvariantCulture, $"{letters.Count} mails, the first of them {letters[0].What},");
        world.Context.Step($"ImportAsync of {what}");
        using var over = world.Over.Register(() => postings.ToList().ForEach(posting => posting.Dispose()));
        try
        {
            Mail[] mails = [.. postings.Select(posting => posting.Mail)];
            var results = await Task.Run(() => import.ImportAsync(mails, cancellationToken ?? world.CancellationToken).AsTask(), CancellationToken.None);
            Expect.That(results is not null, $"ImportAsync of {what} gave null instead of a list of results");
            Expect.That(results.Count == letters.Count, $"ImportAsync of {what} gave {results.Count} results");
            Expect.That(results.All(result => result is not null), $"ImportAsync of {what} gave null among its results");
            Expect.That(
                results.All(result => result.Status != DeliveryStatus.Stored || !string.IsNullOrEmpty(result.StoredId)), $"ImportAsync of {what} gave Stored without a StoredId");
            return [.. letters.Zip(results, (letter, result) => new DeliveryOutcome(letter, result, null) { Call = "ImportAsync" })];
        }
        catch (Exception exception) when (exception is not ConformanceException) // the boundary of a module: the case judges what it may throw
        {
            return [.. letters.Select(letter => new DeliveryOutcome(letter, null, exception) { Call = "ImportAsync" })];
        }
    }

    /// <summary>Imports letters, by as many calls as it takes, all of which must be stored.</summary>
    public async Task<IReadOnlyList<DeliveryOutcome>> ImportAsync(IEnumerable<Letter> letters)
    {
        var all = new List<DeliveryOutcome>();
        foreach (var batch in letters.Chunk(Most))
        {
            var outcomes = await TryImportAsync(batch);
            var bad = outcomes.FirstOrDefault(outcome => !outcome.IsStored);
            Expect.That(bad is null, $"ImportAsync of {bad?.Letter.What} {bad}, but nothing stands in its way: it is to be Stored");
            all.AddRange(outcomes);
        }

        return all;
    }

    /// <summary>Sees to it that imported mails are there, whole, with all that the mailbox keeps of them, and nothing else is.</summary>
    public async Task ExpectAsync(IReadOnlyList<DeliveryOutcome> imported)
    {
        await mailbox.ExpectAsync(imported);
        var fidelity = await GetFidelityAsync();
        var listed = (await mailbox.ListAsync()).ToDictionary(mail => mail.Id, StringComparer.Ordinal);
        foreach (var outcome in imported)
        {
            var (letter, mail) = (outcome.Letter, listed[outcome.StoredId]);
            Expect.That(mail.Folder == outcome.Result!.Folder, $"the result of ImportAsync says that {letter.What} went to {Name(outcome.Result.Folder)}, but ListAsync says that it is in {Name(mail.Folder)}");
            Expect.That(mail.Flags == (letter.Flags & fidelity.Flags), $"{letter.What} was imported with the flags {letter.Flags}, of which the mailbox keeps {letter.Flags & fidelity.Flags}, and is listed with {mail.Flags}");
            Expect.That(
                !fidelity.HasArrival || mail.Arrival.ToUnixTimeSeconds() == letter.Arrival.ToUnixTimeSeconds(),
                $"{letter.What}, which arrived at {letter.Arrival:O}, was imported, and is listed as one that arrived at {mail.Arrival:O}");
        }
    }

    /// <summary>For messages.</summary>
    public static string Name(string? folder) => folder is null ? "the inbox" : $"the folder '{Shorten(folder)}'";

    private static string Shorten(string text) => text.Length > 40 ? text[..40] + "…" : text;
}
