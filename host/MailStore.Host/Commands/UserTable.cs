using MailStore.Host.Admin;
using Spectre.Console;

namespace MailStore.Host.Commands;

/// <summary>Users as people read them.</summary>
internal static class UserTable
{
    public static void Write(IAnsiConsole output, UserView user)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        Row("name", user.Name);
        Row("enabled", user.Enabled == false ? "no" : "yes");
        Row("mda", user.Mda);
        Row("settings", user.Settings.Count == 0 ? "none: nothing is forced on this user" : string.Join(' ', user.Settings.Select(s => $"{s.Key}={s.Value}")));
        Row("allocation", user.Allocation is null ? "none yet: the first mail makes it" : $"{user.Allocation.Id}, by mda '{user.Allocation.Mda}', form {user.Allocation.Form}");
        foreach (var (key, value) in user.Allocation?.Values ?? new Dictionary<string, string>())
            Row($"  {key}", value);
        Row("version", user.Version.ToString(System.Globalization.CultureInfo.InvariantCulture));
        output.Write(grid);

        void Row(string key, string? value) => grid.AddRow(new Text(key), new Text(value ?? ""));
    }
}
