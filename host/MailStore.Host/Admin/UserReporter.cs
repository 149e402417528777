using System.Globalization;
using MailStore.Host.Configuration;
using MailStore.Host.Delivery;
using MailStore.Sdk;

namespace MailStore.Host.Admin;

/// <summary>Says what would happen to a mail: record, MDA, where each setting comes from, place. Changes nothing.</summary>
internal sealed class UserReporter(HostConfiguration configuration, UserDirectory directory, IDelivery delivery)
{
    public UserView View(UserRecord record) => UserView.Of(record, directory.MdaNameOf(record), directory.IsEnabled(record));

    public async Task<UserReport> ReportAsync(string address, CancellationToken cancellationToken)
    {
        var decision = await delivery.ResolveAsync(address, cancellationToken);
        var parsed = UserAddress.Parse(
            address, configuration.Options.Lmtp.RecipientDelimiter, configuration.Options.Delivery.CaseSensitiveLocalParts, out _);
        var name = decision.Recipient?.User.Name ?? parsed?.User ?? address;
        var report = new UserReport
        {
            Address = address,
            Name = name,
            Detail = parsed?.Detail,
            Reply = decision.Reply.ToString(),
            Code = decision.Reply.Code,
        };
        if (parsed is null || await directory.Users.FindAsync(name, cancellationToken) is not { } record)
            return report;

        var user = await directory.ParseAsync(record, cancellationToken);
        return report with
        {
            User = View(record),
            MdaFrom = MdaOrigin(record),
            Verdict = user.Result switch
            {
                ParseResult.Ready => "ready: mail can be delivered",
                ParseResult.Incomplete incomplete => $"incomplete: missing {incomplete.Missing}; creator '{configuration.Options.Creator}' has it allocated at the first mail",
                ParseResult.Invalid invalid => $"invalid: {invalid.Reason}",
                _ => null,
            },
            Settings = SettingsOf(user),
            Usage = user.Result is ParseResult.Ready { Mailbox: IMailboxUsage usage } ? await UsageAsync(usage, cancellationToken) : null,
        };
    }

    private string MdaOrigin(UserRecord record)
    {
        if (record.Allocation is not null)
            return "the allocation";
        if (record.Settings.ContainsKey(HostKeys.Mda))
            return "the user's record";
        return directory.DomainOf(record.Name)?.FindValue(HostKeys.Mda) is { } entry
            ? Origin(entry)
            : configuration.Root?.FindValue(HostKeys.Mda) is { } top ? Origin(top) : "the default";
    }

    /// <summary>Every option that a user may override: its value, and the highest layer that set it.</summary>
    private List<SettingView> SettingsOf(ParsedUser user)
    {
        var settings = new List<SettingView>();
        if (user.Mda?.OptionsType is not { } type)
            return settings;
        var domain = directory.DomainOf(user.Record.Name);
        foreach (var option in OptionsDescription.For(type).Where(option => option.IsUserSetting))
        {
            if (user.Record.Settings.TryGetValue(option.Key, out var forced))
                settings.Add(new SettingView(option.Key, forced, "the user's record"));
            else if (Find(domain, option.Key) is { } ofDomain)
                settings.Add(new SettingView(option.Key, SettingsLayer.Text(ofDomain.Value), $"{Origin(ofDomain)}, {domain!.Title}"));
            else if (Find(user.Mda.Table, option.Key) is { } ofModule)
                settings.Add(new SettingView(option.Key, SettingsLayer.Text(ofModule.Value), $"{Origin(ofModule)}, {user.Mda.Table!.Title}"));
            else
                settings.Add(new SettingView(option.Key, option.DefaultText, "the module's default"));
        }

        return settings;
    }

    private static async Task<string> UsageAsync(IMailboxUsage mailbox, CancellationToken cancellationToken)
    {
        var usage = await mailbox.GetUsageAsync(cancellationToken);
        var limit = usage.LimitBytes is { } bytes ? $" of {new ByteSize(bytes)}" : "";
        var count = usage.LimitCount is { } mails ? $" of {mails}" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{usage.Bytes} bytes{limit}, {usage.Count} mails{count}");
    }

    private static string Origin(ConfigEntry entry) => $"{entry.File}({entry.Line},{entry.Column})";

    /// <summary>The keys of nested options are dotted.</summary>
    private static ConfigEntry? Find(ConfigTable? table, string key) =>
        key.Split('.', 2) is [var outer, var inner] ? Find(table?.FindTable(outer), inner) : table?.FindValue(key);
}
