using System.Runtime.InteropServices;
using MailStore.Sdk;

namespace MailStore.Host.Modules;

/// <summary>What a <see cref="GuardedUserDatabase"/> does where the module's database is an <see cref="IUserSequences"/>.</summary>
[DynamicInterfaceCastableImplementation]
internal interface IGuardedUserSequences : IUserSequences
{
    private static readonly CallKind<(IUserSequences Sequences, string Sequence), long> NextCall = new(
        "NextAsync",
        static (call, cancellationToken) => call.Sequences.NextAsync(call.Sequence, cancellationToken),
        static (_, number) => number < 1 ? $"{number}; sequences count from 1" : null);

    ValueTask<long> IUserSequences.NextAsync(string sequence, CancellationToken cancellationToken)
    {
        var guarded = (GuardedUserDatabase)(object)this;
        return guarded.IsReadOnly
            ? throw GuardedUserDatabase.ReadOnly()
            : guarded.Boundary.CallAsync(NextCall, null, ((IUserSequences)guarded.Inner, sequence), cancellationToken);
    }
}
