namespace MailStore.Maildir.Workers;

/// <summary>What a worker thread takes from the queue.</summary>
internal interface IWorkItem
{
    /// <summary>Runs it, on a worker. Never throws.</summary>
    void Execute();

    /// <summary>Cancels it if it was not begun.</summary>
    void Abandon();
}
