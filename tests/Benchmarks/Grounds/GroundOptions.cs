using MailStore.Sdk;

namespace MailStore.Benchmarks.Grounds;

/// <summary>Which file system a benchmark asks for.</summary>
/// <param name="Kind"><c>ext4</c>, with its journal, or <c>xfs</c>.</param>
internal sealed record GroundOptions(string Kind, ByteSize Size)
{
    /// <summary>An inode for so many bytes: a mail of the load takes a block or two.</summary>
    private const int BytesAnInode = 7158;

    private static readonly ByteSize DefaultSize = new(4L << 30);
    private static readonly string[] Kinds = ["ext4", "xfs"];

    /// <summary>What makes it on a device, which is to be added. All of its tables are written at once, so that nothing is left to do beside the load.</summary>
    public IReadOnlyList<string> MakeCommand => Kind == "xfs"
        ? ["mkfs.xfs", "-q", "-f"]
        : ["mkfs.ext4", "-q", "-F", "-N", $"{Size.Bytes / BytesAnInode}", "-E", "lazy_itable_init=0,lazy_journal_init=0"];

    /// <summary>Finds <c>--ground</c> and <c>--ground-size</c> among arguments; null where neither is.</summary>
    /// <exception cref="ArgumentException">There is no such kind, or no size.</exception>
    public static GroundOptions? Find(IReadOnlyList<string> arguments)
    {
        string? ValueOf(string option) => arguments.SkipWhile(argument => argument != option).ElementAtOrDefault(1);
        if (!arguments.Contains("--ground"))
            return arguments.Contains("--ground-size") ? throw new ArgumentException("--ground-size is of no use without --ground") : null;
        var kind = ValueOf("--ground");
        if (!Kinds.Contains(kind))
            throw new ArgumentException($"--ground takes {string.Join(" or ", Kinds)}, not '{kind}'");
        var size = DefaultSize;
        if (arguments.Contains("--ground-size") && !ByteSize.TryParse(ValueOf("--ground-size"), null, out size))
            throw new ArgumentException($"--ground-size takes a size, as 8G, not '{ValueOf("--ground-size")}'");
        return new GroundOptions(kind!, size);
    }
}
