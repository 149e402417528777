using Microsoft.Extensions.Logging;
using MailStore.Mbox.Locks;
using MailStore.Mbox.Places;
using MailStore.Mbox.Workers;

namespace MailStore.Mbox.Delivery;

/// <summary>What all mailboxes of an agent share.</summary>
internal sealed record BoxServices(MboxOptions Options, RootGuard Roots, FileLocker Locker, WorkerThreads Workers, TimeProvider Clock, ILogger Logger);
