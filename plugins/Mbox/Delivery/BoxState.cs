using MailStore.Mbox.Interop;

namespace MailStore.Mbox.Delivery;

/// <summary>What is known of a file as this process left it. Worth something only for as long as the file is the same and unchanged.</summary>
/// <param name="Status">The file then.</param>
/// <param name="Usage">What it held; null if nobody has counted.</param>
internal sealed record BoxState(FileStatus Status, Usage? Usage);
