using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using MailStore.Mbox.Delivery;
using MailStore.Mbox.Interop;
using MailStore.Mbox.Paths;
using MailStore.Mbox.Places;
using MailStore.Sdk;

namespace MailStore.Mbox.Inspection;

/// <summary>
/// Looks for mbox files below the root that belong to no record, and for what programs that died left beside them. What an owner file says is looked up; an mbox file without one is nobody's
/// of ours, or is found at its user. Files that were forced on users elsewhere are not looked for.
/// </summary>
internal sealed partial class RootInspector(MboxTemplate template, Boxes boxes, BoxServices services, IUserRecords records, Sdk.Inspection inspection)
{
    private const int EntriesAtOnce = 256;
    private const string OwnerExtension = ".mailstore";

    // dots at the beginning are no reason to pass over a file here
    private static readonly EnumerationOptions All = new() { AttributesToSkip = FileAttributes.ReparsePoint };

    public async IAsyncEnumerable<Finding> InspectAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (await RunAsync(() => services.Roots.Find(template.Root)) is { } fault)
            throw new TemporaryFailureException(fault);
        if (!await RunAsync(() => Directory.Exists(template.Root)))
            yield break;
        await foreach (var file in WalkAsync(template.Root, template.Depth, cancellationToken))
        {
            foreach (var finding in await InspectAsync(file, cancellationToken))
                yield return finding;
        }
    }

    private async Task<IReadOnlyList<Finding>> InspectAsync(string path, CancellationToken cancellationToken)
    {
        var name = Path.GetFileName(path);
        if (name.StartsWith('.') && name.EndsWith(OwnerExtension, StringComparison.Ordinal) && name.Length > OwnerExtension.Length + 1)
            return await InspectPlaceAsync(Path.Combine(Path.GetDirectoryName(path)!, name[1..^OwnerExtension.Length]), path, cancellationToken);
        var findings = new FindingList(inspection.Repair);
        if (Draft().IsMatch(name))
        {
            var age = Later(inspection.SettledAfter, services.Options.StaleLockAge);
            if (await IsOlderAsync(path, age))
                await findings.AddAsync(FindingKind.Leftover, path, "a lock or an owner file that was never finished", "remove it; it holds no mail", () => RunAsync(() => Unlink(path)));
        }
        else if (Torn().IsMatch(name) && await IsOlderAsync(path, inspection.SettledAfter))
        {
            findings.Add(FindingKind.Leftover, path, "it was cut off an mbox file after a crash, and may be another program's; look whether there is a mail in it, and remove it");
        }

        return findings.Findings;
    }

    private async Task<IReadOnlyList<Finding>> InspectPlaceAsync(string file, string ownerFile, CancellationToken cancellationToken)
    {
        var seen = await RunAsync(() => IsOlder(ownerFile, inspection.SettledAfter) ? OwnerFile.Look(file, out _) : null);
        if (seen is not { } owner)
            return [];
        var user = NameEscape.UnescapeUser(owner.User);
        // after the look: a record that was added since is found
        var record = user is null ? null : await records.FindAsync(user, cancellationToken);
        if (IsOf(record, file, owner))
            return [];
        var findings = new FindingList(inspection.Repair, user);
        var what = string.Create(
            CultureInfo.InvariantCulture, $"the mbox file of user '{user ?? owner.User}' by version {owner.Version} of his record, {(record is null ? "whom there is no more" : "who has another place")}");
        if (await RunAsync(() => Posix.TryStat(file) is { Size: > 0 } || Posix.TryStat(ChangeJournal.PathOf(file)) is not null))
        {
            findings.Add(FindingKind.OrphanedMail, file, $"{what}, with mail in it; to give it to a user, remove {ownerFile} and set his path before his first mail; or remove both");
        }
        else
        {
            var remover = new PlaceRemover(new MailboxPlace(owner.User, file, owner.Claim, IsNamed: false), services);
            await findings.AddAsync(
                FindingKind.Orphan, file, what, "remove it; it holds no mail", () => boxes.Of(file).UseAsync(isShared: false, (locked, _) => remover.Release(locked), cancellationToken));
        }

        return findings.Findings;
    }

    // one that is still to be allocated comes to this very place by his next mail
    private static bool IsOf(UserRecord? record, string file, Owner owner) => record switch
    {
        null => false,
        { Allocation: null } => record.Version == owner.Version,
        _ => MailboxPlace.Parse("", record.Allocation).Place?.File == file,
    };

    private async IAsyncEnumerable<string> WalkAsync(string folder, int depth, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var entries = (depth == 1 ? Directory.EnumerateFiles(folder, "*", All) : Directory.EnumerateDirectories(folder, "*", All)).GetEnumerator();
        for (var isOver = false; !isOver;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var some = await RunAsync(() => Take(entries));
            isOver = some.Count < EntriesAtOnce;
            foreach (var entry in some)
            {
                if (depth == 1)
                {
                    yield return entry;
                    continue;
                }

                await foreach (var file in WalkAsync(entry, depth - 1, cancellationToken))
                    yield return file;
            }
        }
    }

    private static List<string> Take(IEnumerator<string> entries)
    {
        var some = new List<string>();
        while (some.Count < EntriesAtOnce && entries.MoveNext())
            some.Add(entries.Current);
        return some;
    }

    private async Task<T> RunAsync<T>(Func<T> work)
    {
        try
        {
            return await services.Workers.RunAsync(work);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TemporaryFailureException(e.Message, e);
        }
    }

    private Task<bool> IsOlderAsync(string path, TimeSpan age) => RunAsync(() => IsOlder(path, age));

    // one that is gone meanwhile is none
    private bool IsOlder(string path, TimeSpan age) => Posix.TryStat(path) is { } status && services.Clock.GetUtcNow() - status.ModifiedAt >= age;

    private static bool Unlink(string path)
    {
        Posix.Unlink(path);
        return true;
    }

    private static TimeSpan Later(TimeSpan one, TimeSpan other) => one > other ? one : other;

    [GeneratedRegex(@"\A\..+(\.lk[0-9a-f]{32}|\.mailstore\.[0-9A-Za-z]+)\z")]
    private static partial Regex Draft();

    [GeneratedRegex(@"\A\..+\.torn-[0-9a-f]{32}\z")]
    private static partial Regex Torn();
}
