using MailStore.Maildir.Interop;
using MailStore.Sdk;

namespace MailStore.Maildir.Places;

/// <summary>The uids that users get, and their group.</summary>
internal sealed class UidRange
{
    /// <summary>One sequence for all instances: two that share a range never give a uid twice.</summary>
    private const string Sequence = "uid";

    private readonly long _first;
    private readonly long _last;
    private readonly long? _gid;
    private readonly string _instance;

    private UidRange(long first, long last, long? gid, string instance)
    {
        _first = first;
        _last = last;
        _gid = gid;
        _instance = instance;
    }

    /// <summary>Whether each user gets a uid of his own; else all share one.</summary>
    public bool NeedsSequence => _first != _last;

    /// <summary>Reads the options; null where users get no uids.</summary>
    /// <exception cref="ModuleConfigurationException">They contradict each other.</exception>
    public static UidRange? Of(MaildirOptions options, string instance)
    {
        switch (options.FirstUid, options.LastUid)
        {
            case (null, null) when options.Gid is null:
                return null;
            case (null, null):
                throw new ModuleConfigurationException($"[mda.{instance}] has gid but no first_uid and last_uid; set all three, or none");
            case (null, _) or (_, null):
                throw new ModuleConfigurationException($"[mda.{instance}] has one of first_uid and last_uid; set both, or none");
            case ({ } first, { } last) when first > last:
                throw new ModuleConfigurationException($"[mda.{instance}] has first_uid {first} beyond last_uid {last}; swap them");
            case ({ } first, { } last):
                return new UidRange(first, last, options.Gid, instance);
        }
    }

    /// <summary>
    /// Only root can give files away. Anyone else is refused, instead of storing mail that its owner cannot read, unless the range is his own uid and
    /// the gid his own: then nothing has to be given away, and readers (Dovecot) still find both in the record.
    /// </summary>
    /// <exception cref="ModuleConfigurationException">The server runs as another uid.</exception>
    public void CheckRights()
    {
        var (uid, gid) = (Posix.EffectiveUserId, Posix.EffectiveGroupId);
        if (uid != 0 && (_first != uid || _last != uid || (_gid ?? _first) != gid))
        {
            throw new ModuleConfigurationException(
                $"[mda.{_instance}] has uids from {_first} to {_last}, which only root can give files to, but the server runs as uid {uid}, gid {gid}; run it as root, or set first_uid and last_uid to {uid} and gid to {gid}, or remove them");
        }
    }

    /// <summary>Takes the next uid.</summary>
    /// <exception cref="ModuleConfigurationException">The range is used up.</exception>
    public async ValueTask<Ownership> NextAsync(AllocationContext context, CancellationToken cancellationToken)
    {
        var uid = _first;
        if (NeedsSequence)
            uid += await context.NextNumberAsync(Sequence, cancellationToken) - 1;
        return uid <= _last
            ? new Ownership((uint)uid, (uint)(_gid ?? uid))
            : throw new ModuleConfigurationException($"all uids from {_first} to {_last} of [mda.{_instance}] are used up; raise last_uid");
    }
}
