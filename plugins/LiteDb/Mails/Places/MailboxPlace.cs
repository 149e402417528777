using System.Globalization;
using MailStore.Sdk;

namespace MailStore.LiteDb.Mails.Places;

/// <summary>Where a user's mailbox is, as his allocation says.</summary>
/// <param name="User">His name.</param>
/// <param name="Life">The version of the record that it was made for: tells him from another user of the same name before or after him.</param>
/// <param name="File">The absolute path of the file.</param>
/// <param name="Number">The number of the mailbox in the file.</param>
/// <param name="IsShared">Whether the path names one very file: it stays, whoever goes.</param>
internal sealed record MailboxPlace(string User, long Life, string File, long Number, bool IsShared)
{
    private const int Form = 1;
    private const string UserKey = "user";
    private const string FileKey = "file";
    private const string MailboxKey = "mailbox";
    private const string LifeKey = "life";
    private const string SharedKey = "shared";

    /// <summary>For messages, where its file has no such mailbox.</summary>
    public string NotThere => $"the mailbox of user '{User}' is not in {File}; was he removed, or an older file restored?";

    public Allocation ToAllocation(AllocationContext context)
    {
        var values = new Dictionary<string, string>
        {
            [UserKey] = User,
            [FileKey] = File,
            [MailboxKey] = Number.ToString(CultureInfo.InvariantCulture),
            [LifeKey] = Life.ToString(CultureInfo.InvariantCulture),
        };
        if (IsShared)
            values[SharedKey] = "yes";
        return context.Complete(Form, values);
    }

    /// <summary>Reads an allocation.</summary>
    /// <returns>The place, or what is wrong.</returns>
    public static (MailboxPlace? Place, string Mistake) Parse(string user, Allocation allocation)
    {
        if (allocation.Form != Form)
            return (null, $"the allocation of user '{user}' has the form {allocation.Form}, but this version of the module knows {Form} only; update MailStore on this host");
        var file = allocation.Values.GetValueOrDefault(FileKey, "");
        if (file.Contains('\0') || !Path.IsPathFullyQualified(file) || Path.GetFullPath(file) != file || file == "/")
            return (null, $"the file '{file}' in the allocation of user '{user}' is no absolute, plain path; mend the record");
        return allocation.Values.GetValueOrDefault(UserKey) == user && Number(MailboxKey) is { } number && Number(LifeKey) is { } life
            ? (new MailboxPlace(user, life, file, number, allocation.Values.ContainsKey(SharedKey)), "")
            : (null, $"the allocation of user '{user}' lacks his name as '{UserKey}', or the numbers '{MailboxKey}' and '{LifeKey}'; mend the record");

        long? Number(string key) => long.TryParse(allocation.Values.GetValueOrDefault(key), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 0 ? number : null;
    }

    /// <summary>Reads an allocation whose record is not at hand; null for one that this module has not made.</summary>
    public static MailboxPlace? Parse(Allocation allocation) => Parse(allocation.Values.GetValueOrDefault(UserKey, ""), allocation).Place;

    /// <summary>Whether another allocation leads to the same mailbox.</summary>
    public bool IsSame(MailboxPlace? other) => other is not null && (other.File, other.Number, other.Life) == (File, Number, Life);
}
