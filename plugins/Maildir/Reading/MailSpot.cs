using MailStore.Maildir.Interop;

namespace MailStore.Maildir.Reading;

/// <summary>Where the file of a mail is, or was an instant ago. All descriptors are open for as long as it is used.</summary>
/// <param name="Home">The mailbox.</param>
/// <param name="Box">The inbox, which is the mailbox itself, or the folder.</param>
/// <param name="Directory">Its <c>new</c> or <c>cur</c>.</param>
/// <param name="Part">Which of the two.</param>
/// <param name="Name">The name of the file, with its flags.</param>
internal readonly record struct MailSpot(Descriptor Home, Descriptor Box, Descriptor Directory, string Part, string Name)
{
    public bool IsMail => FileStatus.TryGet(Directory, Name) is { IsRegular: true };
}
