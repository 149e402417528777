using MailStore.Host.Admin;
using MailStore.Host.Configuration;
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
        var settings = user.Settings.Where(setting => !HostKeys.IsKept(setting.Key)).Select(setting => $"{setting.Key}={Secrets.Masked(setting.Key, setting.Value)}").ToList();
        Row("settings", settings.Count == 0 ? "none: nothing is forced on this user" : string.Join(' ', settings));
        if (user.InForce is { Count: > 0 } inForce)
            Row("in force", "of his own, his domain's and the module's settings:");
        foreach (var setting in user.InForce ?? [])
            Row($"  {setting.Key}", setting.Text);
        Row("allocation", user.Allocation is null ? "none yet: the first mail makes it" : $"{user.Allocation.Id}, by mda '{user.Allocation.Mda}', form {user.Allocation.Form}");
        foreach (var (key, value) in user.Allocation?.Values ?? new Dictionary<string, string>())
            Row($"  {key}", value);
        if (user.Moving is { } moving)
            Row("moving", moving.Text);
        Row("version", user.Version.ToString(System.Globalization.CultureInfo.InvariantCulture));
        output.Write(grid);

        void Row(string key, string? value) => grid.AddRow(new Text(key), new Text(value ?? ""));
    }
}
