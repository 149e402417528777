using System.Diagnostics;
using System.Runtime.InteropServices;
using MailStore.Benchmarks.Server;

namespace MailStore.Benchmarks.Grounds;

/// <summary>
/// Turns Ctrl-C and the like into a failure: what this process has started is ended, so that whoever waits for it fails, and all is cleaned up on the way out. While that is
/// done, no signal counts.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private readonly List<PosixSignalRegistration> _registrations;
    private bool _isCleaningUp;

    public Interruption() =>
        _registrations = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(signal => PosixSignalRegistration.Create(signal, OnSignal))];

    public bool HasCome { get; private set; }

    public void BeginCleanUp() => _isCleaningUp = true;

    public void Dispose() => _registrations.ForEach(registration => registration.Dispose());

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        if (_isCleaningUp)
            return;
        HasCome = true;
        var children = new ProcessTree(Environment.ProcessId).All().Skip(1).Select(id => $"{id}").ToList();
        if (children.Count > 0)
            Process.Start("/bin/kill", ["-TERM", .. children]).Dispose();
    }
}
