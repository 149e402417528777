using System.Globalization;
using MailStore.Sdk;

namespace MailStore.Host.Admin.Moving;

/// <summary>What there is to move, by a look at the list of the old place.</summary>
internal sealed class MailSurvey
{
    private readonly HashSet<string> _folders = new(StringComparer.Ordinal);
    private string? _unreadable;
    private MailFlags _flags;
    private long _largest;

    private MailSurvey()
    {
    }

    public long Mails { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>With mail in them.</summary>
    public int Folders => _folders.Count;

    /// <summary>Without mail.</summary>
    public int EmptyFolders { get; private set; }

    public static async Task<MailSurvey> OfAsync(MovedMailbox place, CancellationToken cancellationToken)
    {
        var survey = new MailSurvey();
        await foreach (var mail in place.Reading.ListAsync(cancellationToken))
        {
            survey.Mails++;
            survey.Bytes += mail.Size;
            survey._largest = Math.Max(survey._largest, mail.Size);
            survey._flags |= mail.Flags;
            if (mail.Folder is not null)
                survey._folders.Add(mail.Folder);
        }

        if (place.Extras is not { } extras)
            return survey;
        await foreach (var folder in extras.ListFoldersAsync(cancellationToken))
            survey.EmptyFolders += survey._folders.Contains(folder) ? 0 : 1;
        survey._unreadable = await extras.DescribeUnreadableAsync(cancellationToken);
        return survey;
    }

    /// <summary>What would be lost at a place that keeps less.</summary>
    /// <returns>In words; null if nothing would be.</returns>
    /// <exception cref="AdminException">A mail is larger than the place takes.</exception>
    public async Task<string?> LossAtAsync(MovedMailbox place, CancellationToken cancellationToken)
    {
        var fidelity = await place.Import.GetFidelityAsync(cancellationToken);
        if (fidelity.MaxMailSize < _largest)
        {
            throw new AdminException(ExitCode.DataError, string.Create(CultureInfo.InvariantCulture,
                $"a mail has {_largest} bytes, and mda '{place.Mda}' takes {fidelity.MaxMailSize} at most; raise its limit, or choose another MDA"));
        }

        var lost = new List<string>();
        // names that it has no folders of are found when it is filled: nothing is made before the record says so
        if (!fidelity.HasFolders && Folders > 0)
            lost.Add(string.Create(CultureInfo.InvariantCulture, $"{Folders} {(Folders == 1 ? "folder, whose mails" : "folders, whose mails")} would come to the inbox"));
        if ((_flags & ~fidelity.Flags) is not MailFlags.None and var flags)
            lost.Add($"the flags {flags.ToString().ToLowerInvariant()}");
        if (_unreadable is not null)
            lost.Add(_unreadable);
        if (!fidelity.HasArrival)
            lost.Add("the times of arrival");
        if (place.Usage is { } usage && await usage.GetUsageAsync(cancellationToken) is var quota && (Bytes > quota.LimitBytes || Mails > quota.LimitCount))
        {
            // no quota refuses what is imported
            var limit = Bytes > quota.LimitBytes ? new ByteSize(quota.LimitBytes.Value).ToString() : string.Create(CultureInfo.InvariantCulture, $"{quota.LimitCount} mails");
            lost.Add(string.Create(CultureInfo.InvariantCulture, $"new mail, which would be refused since {Mails} mails, {new ByteSize(Bytes)}, are more than his quota of {limit} there"));
        }

        return lost.Count == 0 ? null : string.Join(", ", lost);
    }
}
