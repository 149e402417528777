using System.Globalization;
using MailStore.Host.Admin;

namespace MailStore.EndToEnd.Tests.PowerCuts;

/// <summary>Users, and an administrator who adds more all the time, each with a setting of his own. Thread-safe.</summary>
internal sealed class UserPool(Ledger ledger)
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(15);

    private readonly Lock _gate = new();
    private IReadOnlyList<string> _known = [];
    private int _count;

    /// <summary>Who is there for sure, in the order in which they came.</summary>
    public IReadOnlyList<string> Known
    {
        get
        {
            lock (_gate)
                return _known;
        }
    }

    /// <summary>Adds some.</summary>
    /// <exception cref="AdminException">The server or its disk is gone.</exception>
    public async Task AddAsync(AdminClient admin, int count, CancellationToken cancellationToken)
    {
        for (var i = 0; i < count; i++)
        {
            var number = Interlocked.Increment(ref _count);
            var (name, quota) = (string.Create(CultureInfo.InvariantCulture, $"user{number}@example.org"), string.Create(CultureInfo.InvariantCulture, $"{1000 + number}M"));
            var user = ledger.NoteUser(name, quota);
            await foreach (var result in admin.ImportAsync([new UserChange { Name = name, Settings = { ["quota"] = quota } }], cancellationToken))
            {
                if (result.Error is not null)
                    throw new AdminException(result.ExitCode, result.Error);
                user.IsAcknowledged = true;
                lock (_gate)
                    _known = [.. _known, name];
            }
        }
    }

    /// <summary>Adds one after the other until the disk is gone, or that many are there.</summary>
    public async Task AddSlowlyAsync(string socket, int count, CancellationToken cancellationToken)
    {
        using var admin = new AdminClient(socket);
        try
        {
            for (var i = 0; i < count; i++)
            {
                await AddAsync(admin, 1, cancellationToken);
                await Task.Delay(Pace, cancellationToken);
            }
        }
        catch (Exception e) when (e is AdminException or OperationCanceledException or IOException)
        {
            // whether the last one is there, nobody was told
        }
    }
}
