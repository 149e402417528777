using MailStore.Host.Configuration;
using MailStore.Sdk;

namespace MailStore.Host.Delivery;

/// <summary>Follows the aliases of records to the user who gets the mail.</summary>
internal sealed class Aliases(HostOptions options, UserDirectory directory)
{
    private const int Hops = 8;

    /// <returns>The user who gets the mail for this name; null if there is nobody of it.</returns>
    /// <exception cref="ModuleConfigurationException">An alias leads nowhere: the administrator's mistake, for which the mail waits until it is mended.</exception>
    public async ValueTask<UserRecord?> FollowAsync(string name, CancellationToken cancellationToken)
    {
        var record = await directory.Users.FindAsync(name, cancellationToken);
        // a disabled alias is refused as such
        for (var hop = 0; record is not null && directory.IsEnabled(record) && record.Settings.TryGetValue(HostKeys.Alias, out var alias); hop++)
        {
            if (hop == Hops)
                throw new ModuleConfigurationException($"alias '{name}' goes on after {Hops} hops; look for a circle with 'mailstore user show'");
            var target = NameOf(alias, $"the alias of user '{record.Name}'");
            record = await directory.Users.FindAsync(target, cancellationToken)
                ?? throw new ModuleConfigurationException($"user '{record.Name}' is an alias for '{target}', who does not exist; add him, or mend or remove the alias");
        }

        return record;
    }

    /// <summary>A name as the database has it: whoever wrote it need not know how names are normalised.</summary>
    /// <param name="name">As it was written.</param>
    /// <param name="where">Where it was found, for the message.</param>
    /// <exception cref="ModuleConfigurationException">It is no name.</exception>
    public string NameOf(string name, string where) =>
        UserAddress.Parse(name, options.Lmtp.RecipientDelimiter, options.Delivery.CaseSensitiveLocalParts, out var error)?.User
            ?? throw new ModuleConfigurationException($"{where} is '{name}', which is no name: {error}; mend it");
}
