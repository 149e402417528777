using System.Runtime.InteropServices;
using MailStore.Sdk;

namespace MailStore.Host.Modules;

/// <summary>What a <see cref="GuardedCreator"/> is where the module's creator is an <see cref="ISingleHostCreator"/>; there is nothing to call.</summary>
[DynamicInterfaceCastableImplementation]
internal interface IGuardedSingleHostCreator : ISingleHostCreator;
