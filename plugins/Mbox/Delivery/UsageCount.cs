using Microsoft.Win32.SafeHandles;
using MailStore.Mbox.Format;

namespace MailStore.Mbox.Delivery;

/// <summary>Counts what a file holds.</summary>
internal static class UsageCount
{
    public static Usage Of(SafeFileHandle handle, long end)
    {
        using var file = new FileWindow(handle);
        var usage = default(Usage);
        for (var head = MailFinder.FindFrom(file, 0, end); head is not null;)
        {
            var stop = MailFinder.EndOf(file, head, end);
            usage = usage.Plus(SizeOf(file, head, stop));
            head = stop < end ? MailFinder.FindFrom(file, stop, end) : null;
        }

        return usage;
    }

    /// <summary>The size of a mail as it is read back.</summary>
    private static long SizeOf(FileWindow file, MailHead head, long end) =>
        head.ExpectedEnd == end ? head.Marker!.Size : MailPart.Of(file, head, end).Size;
}
