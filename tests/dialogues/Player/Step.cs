namespace MailStore.Dialogues;

/// <summary>One thing that happens in a dialogue.</summary>
internal abstract record Step
{
    private Step()
    {
    }

    /// <summary>The client sends bytes, in one write. The verb is the first word of the line.</summary>
    public sealed record Send(byte[] Bytes, string Verb) : Step;

    /// <summary>The server replies.</summary>
    /// <param name="Pattern">What is expected.</param>
    /// <param name="Verb">Of what is answered; empty for the greeting.</param>
    public sealed record Expect(ReplyPattern Pattern, string Verb) : Step;

    public sealed record Pause(TimeSpan Length) : Step;

    /// <summary>The client says that it sends no more, and still listens.</summary>
    public sealed record Close : Step;

    /// <summary>The server closes the connection.</summary>
    public sealed record Closed : Step;

    /// <summary>Nothing more is expected but that the connection comes to its end once the client has closed it.</summary>
    public sealed record Whatever : Step;

    /// <summary>Both sides go on in TLS.</summary>
    public sealed record StartTls : Step;
}
