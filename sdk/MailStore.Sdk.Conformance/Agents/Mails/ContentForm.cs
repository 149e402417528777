namespace MailStore.Sdk.Conformance;

/// <summary>How a module gets the content of a mail.</summary>
internal enum ContentForm
{
    /// <summary>In memory, in one piece: <see cref="MailContent.TryGetSequence"/> gives it.</summary>
    Memory,

    /// <summary>In memory, in many pieces, some of them empty.</summary>
    Pieces,

    /// <summary>From a file: as a stream only.</summary>
    Stream,
}
