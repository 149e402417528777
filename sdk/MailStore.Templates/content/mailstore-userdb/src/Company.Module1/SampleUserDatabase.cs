using System.Runtime.CompilerServices;
using Company.Module1;
using MailStore.Sdk;

[assembly: MailStoreModule("sample-module", typeof(SampleUserDatabase))]

namespace Company.Module1;

/// <summary>
/// Keeps each user in a JSON file. Reads need no lock, since files are replaced by a rename; writes compare and set one after the other. The directory belongs
/// to one instance at a time: it is locked from start to stop. What several hosts may have open at once is an <see cref="ISharedUserDatabase"/>.
/// </summary>
public sealed class SampleUserDatabase(SampleOptions options, ModuleContext context) : IUserDatabase, IModuleLifetime, IModuleHealth, IDisposable
{
    private readonly string _root = context.ResolvePath(options.Path);
    private readonly SemaphoreSlim _turn = new(1);
    private FileStream? _lock;

    public async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        // an absolute path may be a mount point: a directory made under it would know no user
        if (!Path.IsPathFullyQualified(options.Path))
            await Disk.RunAsync(() => Disk.CreateDirectory(_root));
        else if (!Directory.Exists(_root))
            throw new ModuleConfigurationException($"the directory '{_root}' of [userdb.{context.Instance}] is not there; make or mount it, or change 'path'");
        _lock = await Disk.RunAsync(Lock);
    }

    public ValueTask StopAsync(CancellationToken cancellationToken)
    {
        _lock?.Dispose();
        return default;
    }

    public void Dispose()
    {
        _lock?.Dispose();
        _turn.Dispose();
    }

    public ValueTask<ModuleHealth> CheckHealthAsync(CancellationToken cancellationToken) => new(Directory.Exists(_root)
        ? ModuleHealth.Healthy($"records in {_root}")
        : ModuleHealth.Unhealthy($"the directory '{_root}' is not there; is its disk mounted?"));

    public async ValueTask<UserRecord?> FindAsync(string name, CancellationToken cancellationToken) =>
        (await Disk.RunAsync(() => UserFile.Read(_root, name)))?.User;

    public async ValueTask<UserRecord?> TryAddAsync(UserRecord user, CancellationToken cancellationToken) =>
        await ChangeAsync(user.Name, file => file?.User is null, user, cancellationToken);

    public async ValueTask<UserRecord?> TryReplaceAsync(UserRecord user, CancellationToken cancellationToken) =>
        await ChangeAsync(user.Name, file => file?.User is not null && file.Version == user.Version, user, cancellationToken);

    public async ValueTask<bool> TryRemoveAsync(UserRecord user, CancellationToken cancellationToken)
    {
        var removed = false;
        await ChangeAsync(user.Name, file => removed = file?.User is not null && file.Version == user.Version, null, cancellationToken);
        return removed;
    }

    public async IAsyncEnumerable<UserRecord> ListAsync(string? prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var name in await Disk.RunAsync(() => UserFile.Names(_root, prefix ?? "", cancellationToken)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (await FindAsync(name, cancellationToken) is { } user)
                yield return user;
        }
    }

    /// <summary>Writes a record, or with null that there is none any more, if what stands there allows it.</summary>
    private async Task<UserRecord?> ChangeAsync(string name, Func<UserFile?, bool> allows, UserRecord? user, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            return await Disk.RunAsync(() =>
            {
                var file = UserFile.Read(_root, name);
                if (!allows(file))
                    return null;
                // counted on after a removal, too: no version comes twice for a name
                var version = (file?.Version ?? 0) + 1;
                var changed = new UserFile(version, user is null ? null : user with { Version = version });
                changed.Write(_root, name);
                return changed.User;
            });
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Takes the lock of the directory: flock(2), which .NET takes for FileShare.None, and which ends with the process that holds it.</summary>
    private FileStream Lock()
    {
        const int taken = 11; // EWOULDBLOCK
        try
        {
            return new FileStream(Path.Combine(_root, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e.HResult == taken)
        {
            throw new TemporaryFailureException($"another server has the records in '{_root}' open; stop it, or set another 'path' in [userdb.{context.Instance}]", e);
        }
    }
}
