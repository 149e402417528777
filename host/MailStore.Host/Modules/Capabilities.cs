using System.Diagnostics.CodeAnalysis;

namespace MailStore.Host.Modules;

/// <summary>
/// The optional interfaces of a contract, and the guard for each. A guarded object answers <c>is IMailboxUsage</c> as the module's own object does,
/// by <see cref="System.Runtime.InteropServices.IDynamicInterfaceCastable"/>: one class, however many optional interfaces the contract grows.
/// </summary>
/// <param name="guards">Each interface of the contract, and the interface with <c>DynamicInterfaceCastableImplementation</c> that implements it.</param>
internal sealed class Capabilities(params (Type Contract, Type Guard)[] guards)
{
    public bool Has(object inner, RuntimeTypeHandle contract) =>
        TryFind(contract, out var type, out _) && type.IsInstanceOfType(inner);

    public RuntimeTypeHandle GuardOf(RuntimeTypeHandle contract) =>
        TryFind(contract, out _, out var guard) ? guard.TypeHandle : default;

    private bool TryFind(RuntimeTypeHandle handle, [NotNullWhen(true)] out Type? contract, [NotNullWhen(true)] out Type? guard)
    {
        foreach (var (candidate, implementation) in guards)
        {
            if (!candidate.TypeHandle.Equals(handle))
                continue;
            (contract, guard) = (candidate, implementation);
            return true;
        }

        (contract, guard) = (null, null);
        return false;
    }
}
