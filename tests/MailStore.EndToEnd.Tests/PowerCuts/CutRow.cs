namespace MailStore.EndToEnd.Tests.PowerCuts;

/// <summary>A line of the table: what became of what was promised.</summary>
internal sealed record CutRow(string FileSystem, string Module)
{
    public int Cuts { get; set; }

    /// <summary>Mails (users, pins) that were said to be stored.</summary>
    public int Acknowledged { get; set; }

    /// <summary>Acknowledged, and no whole copy is there.</summary>
    public int Lost { get; set; }

    /// <summary>A reader sees them, and they are not what was sent.</summary>
    public int Torn { get; set; }

    /// <summary>There more often than they were answered with 250. One that was never answered and so was sent again is none.</summary>
    public int Doubled { get; set; }

    /// <summary>What a cut left unfinished, and the module cleared away, or keeps from readers until it does.</summary>
    public int Repaired { get; set; }

    public bool IsClean => Lost + Torn + Doubled == 0;
}
