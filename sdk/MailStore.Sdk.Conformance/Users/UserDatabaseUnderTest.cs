using System.Diagnostics;

namespace MailStore.Sdk.Conformance;

/// <summary>How the kit gets at a user database.</summary>
public abstract class UserDatabaseUnderTest : ModuleUnderTest<IUserDatabase>
{
    /// <summary>
    /// How to start another process that opens the database at a place and serves <see cref="UserDatabasePeer"/> on its standard input and output. Null where
    /// that cannot be done: cases that kill or freeze a holder of a lock are then not tried.
    /// </summary>
    /// <param name="context">The place.</param>
    public virtual ProcessStartInfo? DescribePeer(ModuleContext context) => null;

    /// <summary>A database whose constructor is called directly.</summary>
    /// <param name="create">Constructs it.</param>
    public static UserDatabaseUnderTest Of(Func<ModuleContext, IUserDatabase> create) => new Constructed(create);

    private sealed class Constructed(Func<ModuleContext, IUserDatabase> create) : UserDatabaseUnderTest
    {
        public override ValueTask<OpenedModule<IUserDatabase>> OpenAsync(ModuleContext context, CancellationToken cancellationToken) =>
            new(new OpenedModule<IUserDatabase>(create(context)));
    }
}
