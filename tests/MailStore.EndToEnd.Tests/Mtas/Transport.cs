namespace MailStore.EndToEnd.Tests.Mtas;

/// <summary>How an MTA hands over.</summary>
public enum Transport
{
    Tcp,
    Unix,

    /// <summary>A program for each mail and recipient.</summary>
    Pipe,
}
