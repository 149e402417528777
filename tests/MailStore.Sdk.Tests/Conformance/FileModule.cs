using System.Diagnostics;
using System.Globalization;
using MailStore.Probes;
using MailStore.Sdk.Conformance;

namespace MailStore.Sdk.Tests.Conformance;

/// <summary>The kit's way to a <see cref="FileUserDatabase"/>, with a process of its own.</summary>
internal sealed class FileModule(bool shared, Flaw flaw) : UserDatabaseUnderTest
{
    // waited for where processes are killed; else longer than any case waits
    private TimeSpan Lease => TimeSpan.FromSeconds(shared ? 4 : 30);

    public override ValueTask<OpenedModule<IUserDatabase>> OpenAsync(ModuleContext context, CancellationToken cancellationToken) =>
        new(new OpenedModule<IUserDatabase>(FileUserDatabase.Open(context, shared, Lease, flaw)));

    public override ProcessStartInfo DescribePeer(ModuleContext context)
    {
        var host = Environment.ProcessPath is { } path && Path.GetFileName(path) == "dotnet" ? path : "dotnet";
        var peer = Path.Combine(AppContext.BaseDirectory, "FileUserDb.dll");
        return new ProcessStartInfo(host, [peer, context.DataDirectory, shared ? "shared" : "alone", Lease.TotalMilliseconds.ToString(CultureInfo.InvariantCulture), flaw.ToString()]);
    }
}
