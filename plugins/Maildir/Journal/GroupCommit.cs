namespace MailStore.Maildir.Journal;

/// <summary>
/// Has one thread do at once what many wait for. Who comes while nobody is at it does his own at once, and nobody else's thread is woken for it; who comes meanwhile waits, and
/// all who wait then are the next group, led by the first of them. Nobody waits for a group to fill.
/// </summary>
/// <param name="commit">Does the work of a group, one group at a time. What came of it is told by the members.</param>
internal sealed class GroupCommit<T>(Action<List<T>> commit)
    where T : class, IGroupMember
{
    private readonly Lock _lock = new();
    private List<T> _waiting = [];
    private bool _isLed;

    /// <summary>Blocks until the work is done.</summary>
    public void Join(T member)
    {
        bool leads;
        lock (_lock)
        {
            _waiting.Add(member);
            leads = !_isLed;
            _isLed = true;
        }

        if (leads || member.AwaitTurn())
            Lead(member);
    }

    private void Lead(T leader)
    {
        List<T> group;
        lock (_lock)
        {
            group = _waiting;
            _waiting = [];
        }

        try
        {
            commit(group);
        }
        finally
        {
            HandOn(group, leader);
        }
    }

    private void HandOn(List<T> group, T leader)
    {
        T? next = null;
        lock (_lock)
        {
            if (_waiting.Count > 0)
                next = _waiting[0];
            else
                _isLed = false;
        }

        // first the next group, then those who are done
        next?.Lead();
        foreach (var member in group)
        {
            if (!ReferenceEquals(member, leader))
                member.Finish();
        }
    }
}
