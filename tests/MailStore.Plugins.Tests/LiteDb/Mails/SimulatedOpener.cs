using MailStore.LiteDb.Mails.Files;
using MailStore.LiteDb.Storage;

namespace MailStore.Plugins.Tests.LiteDb.Mails;

/// <summary>One mail file on a simulated disk, whatever path is asked for: for tests with one path.</summary>
internal sealed class SimulatedOpener(SimulatedDisk disk, byte[] data, byte[] journal) : IMailFileOpener, IDisposable
{
    private SimulatedFile _data = new(disk, data);
    private SimulatedFile _journal = new(disk, journal);

    public DatabaseFiles Open(string path, string? createBelow, bool isShared) => new(path, _data, _journal, false, () => { });

    public void Remove(string path) => (_data, _journal) = (new SimulatedFile(disk, MailDatabase.CreateImage()), new SimulatedFile(disk, []));

    public void Dispose()
    {
        _data.Dispose();
        _journal.Dispose();
    }

    /// <summary>What may stand on the disk after the power was cut.</summary>
    public SimulatedOpener AfterPowerCut(SimulatedDisk next, Random random) => new(next, _data.AfterPowerCut(random), _journal.AfterPowerCut(random));
}
