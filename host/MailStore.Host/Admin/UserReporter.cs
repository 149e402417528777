using System.Globalization;
using MailStore.Host.Configuration;
using MailStore.Host.Delivery;
using MailStore.Host.Modules;
using MailStore.Sdk;

namespace MailStore.Host.Admin;

/// <summary>Says what would happen to a mail: record, MDA, where each setting comes from, place. Changes nothing.</summary>
internal sealed class UserReporter(HostConfiguration configuration, UserDirectory directory, IDelivery delivery)
{
    public UserView View(UserRecord record) => UserView.Of(record, directory.MdaNameOf(record), directory.IsEnabled(record));

    /// <summary>A record with what is in force for its user.</summary>
    public UserView ViewInForce(UserRecord record) =>
        record.Settings.ContainsKey(HostKeys.Alias) ? View(record) : View(record) with { InForce = SettingsOf(record) };

    /// <summary>What was just written, and does not count; null where all of it does.</summary>
    public IReadOnlyList<string>? WarningsFor(UserRecord record, IEnumerable<string> written)
    {
        if (configuration.Policy.IsEmpty || record.Settings.ContainsKey(HostKeys.Alias))
            return null;
        string[] warnings = [.. SettingsOf(record).Where(setting => setting.PassedOver is not null).IntersectBy(written, setting => setting.Key)
            .Select(setting => $"'{setting.Key}' is written, but does not count: {setting.Key} = {setting.Text}")];
        return warnings.Length == 0 ? null : warnings;
    }

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
            Settings = SettingsOf(record),
            Usage = user.Result is ParseResult.Ready { Mailbox: IMailboxUsage usage } ? await UsageAsync(usage, cancellationToken) : null,
        };
    }

    private string MdaOrigin(UserRecord record)
    {
        if (record.Allocation is not null)
            return "the allocation";
        if (record.Settings.ContainsKey(HostKeys.Mda))
            return SettingView.Record;
        return directory.DomainOf(record.Name)?.FindValue(HostKeys.Mda) is { } entry
            ? Origin(entry)
            : configuration.Root?.FindValue(HostKeys.Mda) is { } top ? Origin(top) : "the default";
    }

    /// <summary>Every option that a user may override: its value, the highest layer that counts and set it, and what the policy had to do with it.</summary>
    private List<SettingView> SettingsOf(UserRecord record) =>
        directory.MdaOf(record) is { OptionsType: { } type } mda
            ? [.. OptionsDescription.For(type).Where(option => option.IsUserSetting).Select(option => SettingOf(record, mda, option))]
            : [];

    private SettingView SettingOf(UserRecord record, MdaInstance mda, OptionDescription option)
    {
        var key = option.Key;
        var own = record.Settings.GetValueOrDefault(key);
        var isPassedOver = own is not null && directory.PassesOver(record, mda, key);
        var domain = directory.DomainOf(record.Name);
        var (value, from) = own is not null && !isPassedOver ? (own, SettingView.Record)
            : domain?.FindDotted(key) is { } ofDomain ? (SettingsLayer.Text(ofDomain.Value), $"{Origin(ofDomain)}, {domain.Title}")
            : mda.Table?.FindDotted(key) is { } ofModule ? (SettingsLayer.Text(ofModule.Value), $"{Origin(ofModule)}, {mda.Table.Title}")
            : (option.DefaultText, "the module's default");
        var rule = configuration.Policy.Rules.ContainsKey(key) ? SettingsPolicy.Word(configuration.Policy.RuleFor(key)) : null;
        return new SettingView(key, Secrets.Masked(key, value), from, rule, isPassedOver ? Secrets.Masked(key, own!) : null);
    }

    private static async Task<string> UsageAsync(IMailboxUsage mailbox, CancellationToken cancellationToken)
    {
        var usage = await mailbox.GetUsageAsync(cancellationToken);
        var limit = usage.LimitBytes is { } bytes ? $" of {new ByteSize(bytes)}" : "";
        var count = usage.LimitCount is { } mails ? $" of {mails}" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{usage.Bytes} bytes{limit}, {usage.Count} mails{count}");
    }

    private static string Origin(ConfigEntry entry) => $"{entry.File}({entry.Line},{entry.Column})";
}
