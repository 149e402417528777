namespace MailStore.Maildir.Journal;

/// <summary>Work that may be done together with others' of its kind.</summary>
internal interface IGroupMember
{
    /// <summary>Blocks until another member has done this one's work, or hands on the lead.</summary>
    /// <returns>Whether this one leads now.</returns>
    bool AwaitTurn();

    /// <summary>Ends its wait: it is to lead.</summary>
    void Lead();

    /// <summary>Ends its wait: its work is done.</summary>
    void Finish();
}
