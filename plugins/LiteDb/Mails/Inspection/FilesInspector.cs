using System.Globalization;
using System.Runtime.CompilerServices;
using LiteDB;
using MailStore.LiteDb.Mails.Files;
using MailStore.LiteDb.Mails.Places;
using MailStore.LiteDb.Storage;
using MailStore.Sdk;

namespace MailStore.LiteDb.Mails.Inspection;

/// <summary>
/// Looks for mailboxes in the files below the root that belong to no record, and for what is left of files. Files that were forced on users elsewhere are not
/// looked for.
/// </summary>
internal sealed class FilesInspector(FileTemplate template, MailServices services, IUserRecords records, Sdk.Inspection inspection, TimeProvider clock)
{
    private const int MailboxesAtOnce = 256;
    private const int EntriesAtOnce = 256;

    private static readonly EnumerationOptions All = new() { AttributesToSkip = FileAttributes.ReparsePoint };

    public async IAsyncEnumerable<Finding> InspectAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (services.Roots.Find(template.Root) is { } fault)
            throw new TemporaryFailureException(fault);
        var files = template.IsLiteral ? One(template.LiteralFile) : WalkAsync(template.Root, template.Depth, cancellationToken);
        await foreach (var file in files.ConfigureAwait(false))
        {
            if (file.EndsWith(".db", StringComparison.Ordinal))
            {
                await foreach (var finding in InspectFileAsync(file, cancellationToken).ConfigureAwait(false))
                    yield return finding;
            }
            else if (LeftoverOf(file) is { } leftover)
            {
                yield return leftover;
            }
        }
    }

    private async IAsyncEnumerable<Finding> InspectFileAsync(string file, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        BsonValue? last = null;
        while (true)
        {
            var after = last;
            List<MailboxState>? mailboxes = null;
            Finding? damage = null;
            try
            {
                mailboxes = await services.Files.SendAsync(file, new FileRead<List<MailboxState>>(
                    database => database.ReadMailboxes(after, MailboxesAtOnce), cancellationToken)).ConfigureAwait(false);
            }
            catch (TemporaryFailureException e)
            {
                damage = new Finding { Kind = FindingKind.Damaged, Place = file, What = e.Message };
            }

            if (damage is not null)
            {
                // one that went meanwhile is none
                if (File.Exists(file))
                    yield return damage;
                yield break;
            }

            foreach (var mailbox in mailboxes!)
            {
                if (await InspectMailboxAsync(file, mailbox, cancellationToken).ConfigureAwait(false) is { } finding)
                    yield return finding;
            }

            if (mailboxes.Count < MailboxesAtOnce)
                yield break;
            last = mailboxes[^1].Id;
        }
    }

    private async Task<Finding?> InspectMailboxAsync(string file, MailboxState mailbox, CancellationToken cancellationToken)
    {
        var (user, life) = MailDocuments.OwnerOf(mailbox.Id);
        var place = new MailboxPlace(user, life, file, mailbox.Number, template.IsLiteral);
        // after the look: a record that was written since is found
        var record = await records.FindAsync(user, cancellationToken).ConfigureAwait(false);
        if (IsOf(record, place) || (!template.IsLiteral && IsYoung(file, inspection.SettledAfter)))
            return null;
        var what = string.Create(CultureInfo.InvariantCulture, $"the mailbox of user '{user}' by version {life} of his record, {(record is null ? "whom there is no more" : "who has another place")}");
        var where = string.Create(CultureInfo.InvariantCulture, $"{file}, mailbox {mailbox.Number}");
        if (mailbox.Count > 0)
        {
            return new Finding
            {
                Kind = FindingKind.OrphanedMail,
                Place = where,
                User = user,
                What = string.Create(CultureInfo.InvariantCulture, $"{what}, with {mailbox.Count} mails; read them with a program for LiteDB, or remove the file if it is nobody else's"),
            };
        }

        if (inspection.Repair)
            await new MailboxRemover(place, services).ReleaseAsync(cancellationToken).ConfigureAwait(false);
        return new Finding { Kind = FindingKind.Orphan, Place = where, User = user, What = what, Repair = "remove it; it holds no mail", IsRepaired = inspection.Repair };
    }

    // a record that is still to be allocated comes to this very mailbox by its next mail
    private static bool IsOf(UserRecord? record, MailboxPlace place) => record switch
    {
        null => false,
        { Allocation: null } => record.Version == place.Life,
        _ => place.IsSame(MailboxPlace.Parse(record.Allocation)),
    };

    private Finding? LeftoverOf(string file)
    {
        // in this order: both go when a mailbox of nobody is removed, which may have been a moment ago
        if (file.EndsWith(".db-journal", StringComparison.Ordinal) && !File.Exists(file[..^"-journal".Length]) && File.Exists(file) && !IsYoung(file, inspection.SettledAfter))
        {
            return new Finding
            {
                Kind = FindingKind.Leftover,
                Place = file,
                What = "the journal of a mail file that is not there: it may hold the last mails of it; put the file back, or remove the journal too",
            };
        }

        if (!file.EndsWith(".db.new", StringComparison.Ordinal) || IsYoung(file, inspection.SettledAfter))
            return null;
        if (inspection.Repair)
        {
            File.Delete(file);
            Durable.SyncParent(file);
        }

        return new Finding { Kind = FindingKind.Leftover, Place = file, What = "a mail file that was never finished", Repair = "remove it; it holds no mail", IsRepaired = inspection.Repair };
    }

    private bool IsYoung(string file, TimeSpan age) => clock.GetUtcNow() - File.GetLastWriteTimeUtc(file) < age;

    private static async IAsyncEnumerable<string> One(string file)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        if (File.Exists(file))
            yield return file;
    }

    private static async IAsyncEnumerable<string> WalkAsync(string folder, int depth, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var entries = (depth == 1 ? Directory.EnumerateFiles(folder, "*", All) : Directory.EnumerateDirectories(folder, "*", All)).GetEnumerator();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            // listing blocks: on a thread of its own, some hundred at a time
            var some = await Task.Factory.StartNew(() => Take(entries), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
            foreach (var entry in some)
            {
                if (depth == 1)
                {
                    yield return entry;
                    continue;
                }

                await foreach (var file in WalkAsync(entry, depth - 1, cancellationToken).ConfigureAwait(false))
                    yield return file;
            }

            if (some.Count < EntriesAtOnce)
                yield break;
        }
    }

    private static List<string> Take(IEnumerator<string> entries)
    {
        var some = new List<string>();
        while (some.Count < EntriesAtOnce && entries.MoveNext())
            some.Add(entries.Current);
        return some;
    }
}
