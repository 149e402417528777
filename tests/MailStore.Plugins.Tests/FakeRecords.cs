using MailStore.Sdk;

namespace MailStore.Plugins.Tests;

/// <summary>The records that an inspection is given.</summary>
internal sealed class FakeRecords : IUserRecords
{
    private readonly Dictionary<string, UserRecord> _records = [];

    public void Add(UserRecord? record)
    {
        if (record is not null)
            _records[record.Name] = record;
    }

    public ValueTask<UserRecord?> FindAsync(string name, CancellationToken cancellationToken) => new(_records.GetValueOrDefault(name));
}
