using System.Globalization;
using System.Text.RegularExpressions;
using MailStore.Sdk;

namespace MailStore.Postgres.Mailboxes;

/// <summary>Where the mail of one user is.</summary>
/// <param name="User">For messages.</param>
/// <param name="Allocation">The id of the allocation: whoever does not know it has no business with the mailbox.</param>
/// <param name="Schema">The schema of the table of mailboxes.</param>
/// <param name="Box">The number of the mailbox there.</param>
/// <param name="Layout">Whose tables hold the mails.</param>
internal sealed partial record MailboxPlace(string User, string Allocation, string Schema, long Box, MailboxLayout Layout)
{
    /// <summary>The version of the form of the values.</summary>
    public const int Form = 1;

    private const string SchemaKey = "schema";
    private const string BoxKey = "box";
    private const string LayoutKey = "layout";

    /// <summary>The schema of the tables with the mails.</summary>
    public string Tables => Layout == MailboxLayout.Table ? Schema : string.Create(CultureInfo.InvariantCulture, $"{Schema}_{Box}");

    public Allocation ToAllocation(AllocationContext context) => context.Complete(Form, new Dictionary<string, string>
    {
        [SchemaKey] = Schema,
        [BoxKey] = Box.ToString(CultureInfo.InvariantCulture),
        [LayoutKey] = Layout == MailboxLayout.Table ? "table" : "schema",
    });

    /// <summary>Reads an allocation.</summary>
    /// <returns>Null, and what is wrong with it, if it is none of this module's.</returns>
    public static (MailboxPlace? Place, string Mistake) Parse(string user, Allocation allocation)
    {
        if (allocation.Form != Form)
            return (null, $"the allocation of user '{user}' has the form {allocation.Form}, but this version of the module knows {Form} only; update MailStore on this host");
        var values = allocation.Values;
        MailboxLayout? layout = values.GetValueOrDefault(LayoutKey) switch
        {
            "table" => MailboxLayout.Table,
            "schema" => MailboxLayout.Schema,
            _ => null,
        };
        if (layout is { } known
            && values.TryGetValue(SchemaKey, out var schema) && SchemaName().IsMatch(schema)
            && long.TryParse(values.GetValueOrDefault(BoxKey), NumberStyles.None, CultureInfo.InvariantCulture, out var box) && box > 0)
        {
            return (new MailboxPlace(user, allocation.Id, schema, box, known), "");
        }

        return (null, $"the allocation of user '{user}' lacks a schema, a box or a layout, or has none that can be; mend the record");
    }

    [GeneratedRegex(@"\A[a-z_][a-z0-9_]{0,39}\z", RegexOptions.CultureInvariant)]
    private static partial Regex SchemaName();
}
