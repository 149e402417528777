using System.Runtime.CompilerServices;
using MailStore.Sdk;

namespace MailStore.Host.Tests.Moving;

/// <summary>A mail of a <see cref="MovableMailbox"/>.</summary>
internal sealed record MovableMail(string Id, string Text, DateTimeOffset Arrival, MailFlags Flags, string? Folder);

/// <summary>A mailbox in memory that can all that a mover needs. A test can step in.</summary>
internal sealed class MovableMailbox(string name) : IMailbox, IReadableMailbox, IMailboxImport, IMailboxUsage, IMailboxExtras, IMailboxRemoval
{
    private readonly List<MovableMail> _mails = [];
    private readonly HashSet<string> _folders = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private int _last;

    public MailboxFidelity Fidelity { get; set; } = MailboxFidelity.Full;

    /// <summary>What it has besides mails and folders.</summary>
    public string? Unreadable { get; set; }

    /// <summary>The largest mail that it takes, though it does not say so.</summary>
    public long? Largest { get; set; }

    public long? LimitBytes { get; set; }

    public long? LimitCount { get; set; }

    /// <summary>Which folders it can have.</summary>
    public Func<string, bool> CanHaveFolder { get; set; } = _ => true;

    /// <summary>Runs before a mail that was read is stored.</summary>
    public Func<Task> BeforeDelivery { get; set; } = () => Task.CompletedTask;

    /// <summary>Runs before mails that were read are imported.</summary>
    public Func<Task> BeforeImport { get; set; } = () => Task.CompletedTask;

    /// <summary>Runs when a listing begins.</summary>
    public Action BeforeListing { get; set; } = () => { };

    /// <summary>A mail that lists miss.</summary>
    public string? Hidden { get; set; }

    /// <summary>Runs when a listing has told all mails.</summary>
    public Func<Task> AfterListing { get; set; } = () => Task.CompletedTask;

    /// <summary>What becomes of a mail's text.</summary>
    public Func<string, string> Storing { get; set; } = text => text;

    public bool IsRemoved { get; private set; }

    public IReadOnlyList<MovableMail> Mails
    {
        get
        {
            lock (_gate)
                return [.. _mails];
        }
    }

    public MovableMail Put(string text, string? folder = null, MailFlags flags = MailFlags.None, int minute = 0) =>
        Put(text, new DateTimeOffset(2026, 1, 1, 0, minute, 0, TimeSpan.Zero), folder, flags);

    public MovableMail Put(string text, DateTimeOffset arrival, string? folder = null, MailFlags flags = MailFlags.None)
    {
        lock (_gate)
        {
            var mail = new MovableMail($"{name}-{++_last}", text, arrival, flags, folder);
            _mails.Add(mail);
            return mail;
        }
    }

    /// <summary>As a reader does.</summary>
    public void PutInto(string id, string folder)
    {
        lock (_gate)
        {
            var index = _mails.FindIndex(mail => mail.Id == id);
            _mails[index] = _mails[index] with { Id = $"{name}-{++_last}", Folder = folder };
        }
    }

    public async ValueTask<DeliveryResult> DeliverAsync(Mail mail, CancellationToken cancellationToken)
    {
        var text = await ReadAsync(mail);
        await BeforeDelivery();
        return Store(mail, text);
    }

    public ValueTask<MailboxFidelity> GetFidelityAsync(CancellationToken cancellationToken) => new(Fidelity);

    public ValueTask<bool> TryCreateFolderAsync(string folder, CancellationToken cancellationToken)
    {
        if (!Fidelity.HasFolders || !CanHaveFolder(folder))
            return new(false);
        lock (_gate)
            _folders.Add(folder);
        return new(true);
    }

    public async IAsyncEnumerable<string> ListFoldersAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        string[] folders;
        lock (_gate)
            folders = [.. _folders.Union(_mails.Select(mail => mail.Folder).OfType<string>())];
        foreach (var folder in folders)
            yield return folder;
    }

    public ValueTask<string?> DescribeUnreadableAsync(CancellationToken cancellationToken) => new(Unreadable);

    public async ValueTask<IReadOnlyList<DeliveryResult>> ImportAsync(IReadOnlyList<Mail> mails, CancellationToken cancellationToken)
    {
        var texts = new List<string>();
        foreach (var mail in mails)
            texts.Add(await ReadAsync(mail));
        await BeforeImport();
        return [.. mails.Zip(texts, Store)];
    }

    public ValueTask<bool> TrySetFlagsAsync(string id, MailFlags flags, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var index = _mails.FindIndex(mail => mail.Id == id);
            if (index >= 0)
                _mails[index] = _mails[index] with { Flags = flags };
            return new(index >= 0);
        }
    }

    public ValueTask<bool> TryRemoveAsync(string id, CancellationToken cancellationToken)
    {
        lock (_gate)
            return new(_mails.RemoveAll(mail => mail.Id == id) > 0);
    }

    public async IAsyncEnumerable<StoredMail> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        BeforeListing();
        foreach (var mail in Mails.Where(mail => mail.Id != Hidden).OrderBy(mail => mail.Folder, StringComparer.Ordinal).ThenBy(mail => mail.Arrival))
            yield return new StoredMail(mail.Id, mail.Text.Length, mail.Arrival, mail.Flags, mail.Folder);
        await AfterListing();
    }

    public ValueTask<Stream?> OpenAsync(string id, CancellationToken cancellationToken) =>
        new(Mails.FirstOrDefault(mail => mail.Id == id) is { } found ? new MemoryStream(System.Text.Encoding.Latin1.GetBytes(found.Text)) : null);

    public ValueTask<MailboxUsage> GetUsageAsync(CancellationToken cancellationToken) =>
        new(new MailboxUsage(Mails.Sum(mail => mail.Text.Length), Mails.Count, LimitBytes, LimitCount));

    public ValueTask RemoveAllAsync(CancellationToken cancellationToken)
    {
        IsRemoved = true;
        lock (_gate)
            _mails.Clear();
        return default;
    }

    private static async Task<string> ReadAsync(Mail mail)
    {
        using var reader = new StreamReader(mail.OpenRead(), System.Text.Encoding.Latin1);
        return await reader.ReadToEndAsync();
    }

    private DeliveryResult Store(Mail mail, string content)
    {
        var text = Storing(content);
        if (text.Length > Largest)
            return DeliveryResult.TooLarge($"{Largest} bytes at most");
        var folder = Fidelity.HasFolders && mail.Folder is { } wanted && CanHaveFolder(wanted) ? wanted : null;
        lock (_gate)
        {
            var stored = new MovableMail($"{name}-{++_last}", text, mail.Arrival, mail.Flags & Fidelity.Flags, folder);
            _mails.Add(stored);
            return DeliveryResult.Stored(stored.Id, folder);
        }
    }
}
