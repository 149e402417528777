using System.Text.Json;
using MailStore.Host.Admin;

namespace MailStore.Host.Commands;

/// <summary>The lines of <c>user import --json</c>: records as <c>user list --json</c> has printed them. Knows whether they said how far their database has counted.</summary>
internal sealed class RecordLines
{
    private bool _areOfDatabase;
    private bool _haveCounters;

    /// <summary>Whether the records had versions, so that a database has counted, and nothing said how far.</summary>
    public bool AreCountersMissing => _areOfDatabase && !_haveCounters;

    /// <summary>Parses a line.</summary>
    /// <returns>The change; null with a mistake, or null without one for an empty line.</returns>
    public UserChange? Parse(string line, int number, out string mistake)
    {
        mistake = "";
        if (string.IsNullOrWhiteSpace(line))
            return null;
        try
        {
            var user = JsonSerializer.Deserialize(line, AdminJson.Default.UserView);
            if (user is null or { Name: null } or { Settings: null } or { Allocation: { Id: null } or { Mda: null } or { Values: null } }
                || user.Settings.Values.Concat(user.Allocation?.Values.Values ?? []).Contains(null))
            {
                mistake = "no user in JSON: something in it is null";
                return null;
            }

            if (user.Counters is { IsPossible: false })
            {
                mistake = "no user in JSON: its 'counters' are not what 'mailstore user list --json' prints";
                return null;
            }

            _areOfDatabase |= user.Version > 0;
            _haveCounters |= user.Counters is not null;
            return new UserChange { Name = user.Name, Settings = new(user.Settings), Allocation = user.Allocation, Counters = user.Counters, IsRecord = true, Line = number };
        }
        catch (JsonException)
        {
            mistake = "is no user in JSON; a line has the form that 'mailstore user list --json' prints, with a 'name' at least";
            return null;
        }
    }
}
