using System.Runtime.InteropServices;
using MailStore.Sdk;

namespace MailStore.Host.Modules;

/// <summary>What a <see cref="GuardedUserDatabase"/> does where the module's database is an <see cref="IUserDatabaseBackup"/>.</summary>
[DynamicInterfaceCastableImplementation]
internal interface IGuardedUserDatabaseBackup : IUserDatabaseBackup
{
    private static readonly CallKind<IUserDatabaseBackup, Stream> OpenCall = new(
        "OpenBackupAsync",
        static (backup, cancellationToken) => backup.OpenBackupAsync(cancellationToken),
        static (_, copy) => copy is null ? "null" : null,
        Patience.Long);

    async ValueTask<Stream> IUserDatabaseBackup.OpenBackupAsync(CancellationToken cancellationToken)
    {
        var guarded = (GuardedUserDatabase)(object)this;
        var copy = await guarded.Boundary.CallAsync(OpenCall, null, (IUserDatabaseBackup)guarded.Inner, cancellationToken);
        return new GuardedStream(copy, guarded.Boundary, null);
    }
}
