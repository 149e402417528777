using MailStore.Maildir.Reading;
using MailStore.Sdk;

namespace MailStore.Maildir.Delivery;

/// <summary>A mail of an import on its way.</summary>
/// <param name="Mail">The mail.</param>
/// <param name="Name">The unique name of its file.</param>
internal sealed record ImportedFile(Mail Mail, string Name)
{
    /// <summary>Whether it goes to <c>cur</c>: <c>new</c> is for mails without flags.</summary>
    public bool HasFlags => Mail.Flags != MailFlags.None;

    /// <summary>The name of its file, with flags.</summary>
    public string FinalName { get; } = Mail.Flags == MailFlags.None ? Name : MailFileName.WithFlags(Name, Mail.Flags);

    /// <summary>Whether it waits in <c>tmp</c> for its rename.</summary>
    public bool IsWritten { get; set; }

    public DeliveryResult? Result { get; set; }
}
