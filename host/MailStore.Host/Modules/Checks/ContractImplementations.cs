using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Runtime.CompilerServices;

namespace MailStore.Host.Modules;

/// <summary>
/// Finds members of a contract that the classes of an assembly implement and the host's contract does not have. Where a member is implemented explicitly, or
/// called, the metadata refers to it by name (<see cref="HostReferences"/>). Where a public method implements it merely by its name, nothing refers to it; but the C# compiler
/// makes a method that is not declared virtual <c>newslot virtual final</c> only because it implements a member of an interface (C# specification, 19.6.5). If no
/// interface of the class has such a member, then one of the contract had it when the class was compiled.
/// </summary>
/// <remarks>
/// An implementation that its author declared <c>virtual</c> or <c>abstract</c> cannot be told from any other method, and is let pass; the host never calls it.
/// </remarks>
internal sealed class ContractImplementations(AssemblyTypes from, IAssemblySource scope)
{
    private const MethodAttributes Mask =
        MethodAttributes.MemberAccessMask | MethodAttributes.Static | MethodAttributes.Virtual | MethodAttributes.Final | MethodAttributes.Abstract | MethodAttributes.VtableLayoutMask;

    private const MethodAttributes ImplementsByName = MethodAttributes.Public | MethodAttributes.Virtual | MethodAttributes.Final | MethodAttributes.NewSlot;

    /// <summary>A longer chain of bases is a circle of a damaged table.</summary>
    private const int LongestChain = 256;

    private readonly TypeFinder _finder = new(scope);

    public IEnumerable<MissingReference> FindMissing()
    {
        foreach (var (token, interfaces) in InterfacesOfClasses())
        {
            var contracts = interfaces.Where(IsContract).ToList();
            // an interface that cannot be found may be the one that has the member
            if (contracts.Count == 0 || interfaces.Contains(null))
                continue;
            var type = from.Metadata.GetTypeDefinition((TypeDefinitionHandle)MetadataTokens.EntityHandle(token));
            foreach (var handle in type.GetMethods())
            {
                var method = from.Metadata.GetMethodDefinition(handle);
                if ((method.Attributes & Mask) == ImplementsByName && !Overrides(type, handle) && !interfaces.Any(place => HasMember(place!, method)))
                    yield return Missing(contracts, method);
            }
        }
    }

    private static bool IsContract(TypePlace? type) => type?.Assembly.Name == HostAssemblies.Sdk;

    /// <summary>Whether a row of the table says what a method implements, and so its name does not.</summary>
    private bool Overrides(TypeDefinition type, MethodDefinitionHandle method)
    {
        foreach (var row in type.GetMethodImplementations())
        {
            if (from.Metadata.GetMethodImplementation(row).MethodBody == method)
                return true;
        }

        return false;
    }

    private MissingReference Missing(List<TypePlace?> contracts, MethodDefinition method)
    {
        var owners = contracts.Select(contract => SignatureText.ForPeople(contract!.FullName)).Distinct().Order(StringComparer.Ordinal);
        var name = MemberName.ForPeople(from.Metadata.GetString(method.Name), SignatureText.ParametersForPeople(from.Metadata, method.Signature));
        return new MissingReference(HostAssemblies.Sdk, string.Join(" or ", owners), name);
    }

    /// <summary>All interfaces of each class: its own, of its bases, and of the classes here that derive from it, for which its methods may serve; null among them for one that is not to be found.</summary>
    private Dictionary<int, HashSet<TypePlace?>> InterfacesOfClasses()
    {
        var all = new Dictionary<int, HashSet<TypePlace?>>();
        foreach (var handle in from.Metadata.TypeDefinitions)
        {
            if ((from.Metadata.GetTypeDefinition(handle).Attributes & TypeAttributes.Interface) != 0)
                continue;
            var interfaces = new HashSet<TypePlace?>();
            var bases = new List<int>();
            Collect(new TypePlace(from, handle), interfaces, bases);
            if (interfaces.Count == 0)
                continue;
            foreach (var each in bases)
            {
                if (!all.TryGetValue(each, out var known))
                    all.Add(each, known = []);
                known.UnionWith(interfaces);
            }
        }

        return all;
    }

    private void Collect(TypePlace type, HashSet<TypePlace?> interfaces, List<int> bases)
    {
        // its base, of the assembly itself or of a library, and so on
        var steps = 0;
        for (TypePlace? current = type; current is { } place; )
        {
            if (++steps > LongestChain)
                throw new BadImageFormatException();
            if (place.Assembly == from)
                bases.Add(MetadataTokens.GetToken(place.Handle));
            AddInterfaces(place, interfaces);
            var parent = place.Definition.BaseType;
            current = parent.IsNil ? null : _finder.Find(place.Assembly, parent);
            if (!parent.IsNil && current is null)
                interfaces.Add(null);
        }
    }

    private void AddInterfaces(TypePlace type, HashSet<TypePlace?> interfaces)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack(); // a damaged table may have thousands extend each other
        foreach (var handle in type.Definition.GetInterfaceImplementations())
        {
            var found = _finder.Find(type.Assembly, type.Metadata.GetInterfaceImplementation(handle).Interface);
            if (interfaces.Add(found) && found is { } place)
                AddInterfaces(place, interfaces);
        }
    }

    /// <summary>By the whole signature in the contract; elsewhere, where it may be written with the parameters of a generic interface, by the count of parameters.</summary>
    private bool HasMember(TypePlace type, MethodDefinition wanted)
    {
        var name = from.Metadata.GetString(wanted.Name);
        foreach (var handle in type.Definition.GetMethods())
        {
            var method = type.Metadata.GetMethodDefinition(handle);
            if (!type.Metadata.StringComparer.Equals(method.Name, name))
                continue;
            if (type.Assembly.Name == HostAssemblies.Sdk && type.Definition.GetGenericParameters().Count == 0
                ? SignatureText.OfMethod(type.Metadata, method.Signature) == SignatureText.OfMethod(from.Metadata, wanted.Signature)
                : SignatureText.CountParameters(type.Metadata, method.Signature) == SignatureText.CountParameters(from.Metadata, wanted.Signature))
            {
                return true;
            }
        }

        return false;
    }
}
