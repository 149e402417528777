using System.Text;

namespace MailStore.Sdk.Conformance;

/// <summary>A mailbox, and what a host does with it.</summary>
internal sealed class MailboxUnderTest(AgentWorld world, UserRecord record, IMailbox mailbox)
{
    private const int Head = 4096;

    private int _calls;

    public UserRecord Record => record;

    public IMailbox Mailbox => mailbox;

    /// <summary>Whether it can be read back.</summary>
    public bool IsReadable => mailbox is IReadableMailbox;

    /// <exception cref="NotOfferedException">It cannot be read back.</exception>
    public IReadableMailbox Reading => Expect.Offered<IReadableMailbox>(mailbox, "the mailbox cannot be read back (IReadableMailbox)");

    /// <exception cref="NotOfferedException">It cannot be removed.</exception>
    public IMailboxRemoval Removal => Expect.Offered<IMailboxRemoval>(mailbox, "the mailbox cannot be removed with its mail (IMailboxRemoval)");

    /// <exception cref="NotOfferedException">It does not tell how much it holds.</exception>
    public IMailboxUsage Usage => Expect.Offered<IMailboxUsage>(mailbox, "the mailbox does not tell how much it holds (IMailboxUsage)");

    /// <exception cref="NotOfferedException">It does not name its folders.</exception>
    public IMailboxExtras Extras => Expect.Offered<IMailboxExtras>(mailbox, "the mailbox does not name its folders (IMailboxExtras)");

    /// <exception cref="NotOfferedException">Nothing can be imported into it.</exception>
    public ImportUnderTest Import => new(world, this, Expect.Offered<IMailboxImport>(mailbox, "nothing can be imported into the mailbox (IMailboxImport)"));

    /// <summary>Delivers a letter, whatever comes of it.</summary>
    public async Task<DeliveryOutcome> TryDeliverAsync(Letter letter, CancellationToken? cancellationToken = null)
    {
        using var posting = new Posting(letter, record.Name);
        return await TryDeliverAsync(posting, letter, cancellationToken);
    }

    /// <summary>As above, of a posting that the caller looks into.</summary>
    public async Task<DeliveryOutcome> TryDeliverAsync(Posting posting, Letter letter, CancellationToken? cancellationToken = null)
    {
        world.Context.Step($"DeliverAsync of {letter.What}");
        using var over = world.Over.Register(posting.Dispose);
        try
        {
            var result = await CallAsync(posting.Mail, cancellationToken ?? world.CancellationToken);
            Expect.That(result is not null, $"DeliverAsync of {letter.What} gave null instead of a DeliveryResult");
            Expect.That(
                result.Status != DeliveryStatus.Stored || !string.IsNullOrEmpty(result.StoredId),
                $"DeliverAsync of {letter.What} gave Stored without a StoredId");
            return new DeliveryOutcome(letter, result, null);
        }
        catch (Exception exception) when (exception is not ConformanceException) // the boundary of a module: the case judges what it may throw
        {
            return new DeliveryOutcome(letter, null, exception);
        }
    }

    /// <summary>Delivers a letter that must be stored.</summary>
    public async Task<DeliveryOutcome> DeliverAsync(Letter letter)
    {
        var outcome = await TryDeliverAsync(letter);
        Expect.That(outcome.IsStored, $"DeliverAsync of {letter.What} {outcome}, but nothing stands in its way: it is to be Stored");
        return outcome;
    }

    /// <summary>Delivers letters at once.</summary>
    public async Task<IReadOnlyList<DeliveryOutcome>> DeliverAllAsync(IEnumerable<Letter> letters) => await Task.WhenAll(letters.Select(DeliverAsync).ToList());

    public async Task<IReadOnlyList<StoredMail>> ListAsync()
    {
        var reading = Reading;
        world.Context.Step($"ListAsync of the mailbox of '{record.Name}'");
        var mails = new List<StoredMail>();
        await foreach (var mail in reading.ListAsync(world.CancellationToken))
            mails.Add(mail);
        return mails;
    }

    /// <summary>Opens a mail that must be there.</summary>
    public async Task<Stream> OpenAsync(string id)
    {
        var reading = Reading;
        world.Context.Step($"OpenAsync of '{id}'");
        return await reading.OpenAsync(id, world.CancellationToken)
            ?? throw new ConformanceException($"OpenAsync of '{id}', which is the id of a mail that was stored, gave null");
    }

    /// <summary>As <see cref="ExpectAsync"/>, for cases that have seen something of worth without it.</summary>
    public Task ExpectIfReadableAsync(IEnumerable<DeliveryOutcome> stored, IEnumerable<DeliveryOutcome>? refused = null) =>
        IsReadable ? ExpectAsync(stored, refused) : Task.CompletedTask;

    /// <summary>Sees to it that the mailbox holds these mails, whole, each once, and nothing else.</summary>
    /// <param name="stored">What was acknowledged.</param>
    /// <param name="refused">What was not: to call it by its name when it is there all the same.</param>
    public async Task ExpectAsync(IEnumerable<DeliveryOutcome> stored, IEnumerable<DeliveryOutcome>? refused = null)
    {
        var listed = await ListAsync();
        var mails = new Dictionary<string, StoredMail>(StringComparer.Ordinal);
        foreach (var mail in listed)
            Expect.That(mails.TryAdd(mail.Id, mail), $"ListAsync lists two mails with the id '{mail.Id}'");
        foreach (var outcome in stored)
        {
            Expect.That(
                mails.Remove(outcome.StoredId, out var mail),
                $"{outcome.Letter.What} was put into the mailbox of '{record.Name}' and Stored as '{outcome.StoredId}', but ListAsync lists {(listed.Any(m => m.Id == outcome.StoredId) ? "it only once for two mails that were given this id" : $"no such id among its {listed.Count} mails")}");
            await ExpectWholeAsync(outcome, mail);
        }

        foreach (var extra in mails.Values)
            throw new ConformanceException($"the mailbox of '{record.Name}' holds a mail '{extra.Id}' that must not be there: {await DescribeAsync(extra, refused ?? [])}");
    }

    /// <summary>By both ways in turn, where there are two: each promises the same.</summary>
    private Task<DeliveryResult> CallAsync(Mail mail, CancellationToken cancellationToken) => mailbox is IBlockingMailbox blocking && Interlocked.Increment(ref _calls) % 2 == 0
        ? Task.Factory.StartNew(() => blocking.Deliver(mail, cancellationToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
        : Task.Run(() => mailbox.DeliverAsync(mail, cancellationToken).AsTask(), CancellationToken.None);

    private async Task ExpectWholeAsync(DeliveryOutcome outcome, StoredMail mail)
    {
        Expect.That(
            mail.Size == outcome.Letter.Size,
            $"ListAsync gives the size {mail.Size} to {outcome.Letter.What}, which is {outcome.Letter.Size} bytes with its headers, lines ended by LF");
        await using var stream = await OpenAsync(mail.Id);
        var difference = await ByteComparison.FindDifferenceAsync(outcome.Letter, stream, world.CancellationToken);
        Expect.That(difference is null, $"{outcome.Letter.What} is not read back as it was delivered: {difference}");
    }

    private async Task<string> DescribeAsync(StoredMail mail, IEnumerable<DeliveryOutcome> refused)
    {
        await using var stream = await Reading.OpenAsync(mail.Id, world.CancellationToken);
        if (stream is null)
            return "it is listed, but cannot be opened";
        var head = new byte[Head];
        var count = await stream.ReadAtLeastAsync(head, Head, throwOnEndOfStream: false, world.CancellationToken);
        var text = Encoding.Latin1.GetString(head, 0, count);
        return refused.FirstOrDefault(outcome => text.Contains(outcome.Letter.Id, StringComparison.Ordinal)) is { } known
            ? $"it is {known.Letter.What}, whose {known.Call} {known}"
            : $"nobody delivered it here; it begins with {ByteComparison.Quote(head.AsSpan(0, count))}";
    }
}
