using MailStore.Sdk;

namespace MailStore.Mbox.Places;

/// <summary>Where a user's mail is, as his allocation says.</summary>
/// <param name="User">His name, escaped, for messages.</param>
/// <param name="File">The absolute path of the mbox file.</param>
/// <param name="Claim">What its owner file must bear, see <see cref="Owner.Claim"/>.</param>
/// <param name="IsNamed">Whether the administrator named this very file.</param>
internal sealed record MailboxPlace(string User, string File, string Claim, bool IsNamed)
{
    private const int Form = 1;
    private const string FileKey = "file";
    private const string ClaimKey = "claim";
    private const string NamedKey = "forced";

    public Allocation ToAllocation(AllocationContext context)
    {
        var values = new Dictionary<string, string> { [FileKey] = File, [ClaimKey] = Claim };
        if (IsNamed)
            values[NamedKey] = "yes";
        return context.Complete(Form, values);
    }

    /// <summary>Reads an allocation.</summary>
    /// <returns>The place, or what is wrong.</returns>
    public static (MailboxPlace? Place, string Mistake) Parse(string user, Allocation allocation)
    {
        if (allocation.Form != Form)
            return (null, $"the allocation of user '{user}' has the form {allocation.Form}, but this version of the module knows {Form} only; update MailStore on this host");
        var file = allocation.Values.GetValueOrDefault(FileKey, "");
        if (file.Contains('\0') || !Path.IsPathFullyQualified(file) || Path.GetFullPath(file) != file || Path.GetFileName(file).Length == 0)
            return (null, $"the file '{file}' in the allocation of user '{user}' is no absolute, plain path; mend the record");
        return allocation.Values.GetValueOrDefault(ClaimKey) is { Length: > 0 } claim
            ? (new MailboxPlace(user, file, claim, allocation.Values.ContainsKey(NamedKey)), "")
            : (null, $"the allocation of user '{user}' has no '{ClaimKey}'; mend the record");
    }
}
