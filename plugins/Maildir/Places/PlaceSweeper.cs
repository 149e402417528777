using System.Collections.Concurrent;
using MailStore.Maildir.Interop;
using MailStore.Maildir.Workers;
using Microsoft.Extensions.Logging;

namespace MailStore.Maildir.Places;

/// <summary>
/// Removes what hosts that died half-way left beside places: Maildirs that were never finished, and such whose removal was. At most
/// once a day for a directory, and off the way of any mail.
/// </summary>
internal sealed class PlaceSweeper(WorkerPool workers, TimeProvider clock, ILogger logger)
{
    /// <summary>Older than this is nobody's any more (as with files in tmp/).</summary>
    public static readonly TimeSpan Age = TimeSpan.FromHours(36);

    private static readonly TimeSpan Pause = TimeSpan.FromDays(1);
    private const int MaxRemembered = 10_000;

    private readonly ConcurrentDictionary<string, DateTimeOffset> _visited = new(StringComparer.Ordinal);

    /// <summary>Sweeps a directory in which places are, if it is time.</summary>
    public void Visit(string path)
    {
        var now = clock.GetUtcNow();
        // the last time may lie in the future: the clock was set back
        if (_visited.TryGetValue(path, out var last) && now >= last && now - last < Pause)
            return;
        if (_visited.Count >= MaxRemembered)
            _visited.Clear();
        _visited[path] = now;
        try
        {
            _ = workers.RunAsync(() => Sweep(path, now), CancellationToken.None);
        }
        catch (ObjectDisposedException)
        {
            // the module stops: another day
        }
    }

    private void Sweep(string path, DateTimeOffset now)
    {
        try
        {
            using var parent = Posix.TryOpenDirectory(path);
            foreach (var entry in parent is null ? [] : DirectoryReader.Read(parent))
            {
                var isNew = entry.Name.StartsWith(PlaceMaker.TemporaryPrefix, StringComparison.Ordinal);
                var isRemoved = entry.Name.StartsWith(MailboxRemover.RemovedPrefix, StringComparison.Ordinal);
                if (!isNew && !isRemoved)
                    continue;
                // by the time of the last change of its name or contents, which nobody can set back
                if (FileStatus.TryGet(parent!, entry.Name) is not { } status || now - status.Changed < Age)
                    continue;
                if (isNew ? MaildirTree.TryRemoveUntouched(parent!, entry.Name) : TreeRemover.TryRemove(parent!, entry.Name))
                    PlaceLog.Swept(logger, parent!.PathOf(entry.Name));
            }
        }
        catch (PosixException e)
        {
            PlaceLog.SweepFailed(logger, path, e.Message);
        }
    }
}
