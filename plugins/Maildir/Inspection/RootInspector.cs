using System.Runtime.CompilerServices;
using MailStore.Maildir.Interop;
using MailStore.Maildir.Paths;
using MailStore.Maildir.Places;
using MailStore.Maildir.Workers;
using MailStore.Sdk;
using Microsoft.Extensions.Logging;

namespace MailStore.Maildir.Inspection;

/// <summary>
/// Looks for places below the root that belong to no record. What a place's owner file says is looked up; a Maildir without one is nobody's of ours, or is found at
/// its user. Places that were forced on users elsewhere are not looked for.
/// </summary>
internal sealed class RootInspector(
    PathTemplate template, RootGuard roots, WorkerPool workers, IUserRecords records, Sdk.Inspection inspection, TimeProvider clock, ILogger logger)
{
    private readonly PlaceJudge _judge = new(inspection, clock.GetUtcNow(), logger);

    public async IAsyncEnumerable<Finding> InspectAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (await RunAsync(() => roots.Find(template.Root), cancellationToken) is { } fault)
            throw new TemporaryFailureException(fault);
        await foreach (var finding in WalkAsync(template.Root, template.Depth, cancellationToken))
            yield return finding;
    }

    private async IAsyncEnumerable<Finding> WalkAsync(string path, int depth, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var cursor = await RunAsync(() => Posix.TryOpenDirectory(path) is { } directory ? new DirectoryCursor(directory) : null, cancellationToken);
        while (cursor is not null && await RunAsync(cursor.ReadNext, cancellationToken) is { Count: > 0 } entries)
        {
            foreach (var entry in entries.Where(entry => entry.Kind == FileKind.Directory))
            {
                if (depth == 1)
                {
                    if (await InspectPlaceAsync(path, entry.Name, cancellationToken) is { } finding)
                        yield return finding;
                }
                else if (!entry.Name.StartsWith('.'))
                {
                    await foreach (var finding in WalkAsync($"{path}/{entry.Name}", depth - 1, cancellationToken))
                        yield return finding;
                }
            }
        }
    }

    private async ValueTask<Finding?> InspectPlaceAsync(string parent, string name, CancellationToken cancellationToken)
    {
        if (await RunAsync(() => _judge.Look(parent, name), cancellationToken) is not { } seen)
            return null;
        if (seen.Owner is not { } owner)
            return await RunAsync(() => _judge.Leftover(seen), cancellationToken);
        var user = NameEscape.UnescapeUser(owner.User);
        // after the look: a record that was added since is found
        var record = user is null ? null : await records.FindAsync(user, cancellationToken);
        return IsOf(record, seen, owner) ? null : await RunAsync(() => _judge.Orphan(seen, user, record), cancellationToken);
    }

    // one that is still to be allocated comes to this very place by his next mail
    private static bool IsOf(UserRecord? record, SeenPlace seen, Owner owner) => record switch
    {
        null => false,
        { Allocation: null } => record.Version == owner.Version,
        _ => record.Allocation.Values.GetValueOrDefault(Allocation.Home) == seen.Path,
    };

    private async Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        try
        {
            return await workers.RunAsync(work, cancellationToken);
        }
        catch (PosixException e)
        {
            throw e.ToTemporaryFailure();
        }
    }
}
