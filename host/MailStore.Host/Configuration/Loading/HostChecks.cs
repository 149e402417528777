using System.Text;
using MailStore.Sdk;

namespace MailStore.Host.Configuration;

/// <summary>What the annotations of the host's options cannot say: how one value stands to another.</summary>
internal sealed class HostChecks(ConfigTable? root, HostOptions options, string dataDirectory, ICollection<Mistake> mistakes)
{
    /// <summary>sun_path of Linux (unix(7)), less its NUL.</summary>
    private const int LongestSocketPath = 107;

    /// <summary>What may stand in a local part beside letters and digits (RFC 5321, 4.1.2, Atom and Dot-string).</summary>
    private const string DelimiterCharacters = "!#$%&'*+-/=?^_`{|}~.";

    private const int MostDelimiters = 4;

    public void Run()
    {
        CheckFolder("data_dir", options.DataDir);
        CheckFolder("modules_dir", options.ModulesDir);
        CheckListen();
        CheckSocketOwner();
        CheckDelimiter();
        if (options.Lmtp.MaxMessageSize <= new ByteSize(0))
            Tell("lmtp", "max_message_size", "'max_message_size' must be more than 0");
        CheckTls();
        CheckClients("xforward_clients", options.Lmtp.XforwardClients);
        CheckClients("xclient_clients", options.Lmtp.XclientClients);
    }

    private void CheckFolder(string key, string value)
    {
        if (value.Length == 0 || value.Contains('\0', StringComparison.Ordinal))
            Tell(null, key, $"'{key}' takes the path of a folder, not {TomlText.Shown(value)}");
    }

    private void CheckListen()
    {
        var seen = new HashSet<ListenAddress>();
        foreach (var text in options.Lmtp.Listen)
        {
            if (!ListenAddress.TryParse(text, out var address, out var error))
                Tell("lmtp", "listen", $"'listen': {error}");
            else if (!seen.Add(address) && (address.Port > 0 || address.UnixPath is not null))
                Tell("lmtp", "listen", $"'listen' has \"{text}\" twice");
            else
                CheckAddress(text, address);
        }
    }

    private void CheckAddress(string text, ListenAddress address)
    {
        if (!address.IsLoopbackOrLocal && !options.Lmtp.AllowRemote)
        {
            Tell("lmtp", "listen", $"'listen': others than this machine reach \"{text}\", and LMTP asks nobody for a password: whoever connects could put mail "
                + "into every mailbox; use \"127.0.0.1:2424\" or a Unix socket, or set allow_remote = true behind a firewall");
        }

        if (address.ResolveUnixPath(dataDirectory) is { } path && Encoding.UTF8.GetByteCount(path) is > LongestSocketPath and var length)
            Tell("lmtp", "listen", $"'listen': the path {path} has {length} bytes; a Unix socket's may have {LongestSocketPath}");
    }

    /// <summary>Said here, with its line, and not only when the socket is to be given away: the start may be hours after the change.</summary>
    private void CheckSocketOwner()
    {
        var (text, group) = (options.Lmtp.SocketOwner, options.Lmtp.SocketGroup);
        if (group.Length > 0 && SystemAccounts.GroupIdOf(group) is null)
            Tell("lmtp", "socket_group", NoGroup("socket_group", group));
        if (!SocketOwner.TryParse(text, out var owner))
        {
            Tell("lmtp", "socket_owner", $"'socket_owner' takes {SocketOwner.Forms}, not {TomlText.Shown(text)}");
            return;
        }

        if (owner.User is { } user && SystemAccounts.UserIdOf(user) is null)
            Tell("lmtp", "socket_owner", $"'socket_owner': there is no user {TomlText.Shown(user)}; 'getent passwd' lists those that there are");
        if (owner.Group is not null && group.Length > 0)
            Tell("lmtp", "socket_owner", "'socket_owner' and 'socket_group' both name a group; take one of them away");
        else if (owner.Group is not null && SystemAccounts.GroupIdOf(owner.Group) is null)
            Tell("lmtp", "socket_owner", NoGroup("socket_owner", owner.Group));
    }

    private static string NoGroup(string key, string group) => $"'{key}': there is no group {TomlText.Shown(group)}; 'getent group' lists those that there are";

    private void CheckDelimiter()
    {
        var delimiter = options.Lmtp.RecipientDelimiter;
        var wrong = delimiter.Where(c => !DelimiterCharacters.Contains(c, StringComparison.Ordinal)).Take(1).ToArray();
        var wanted = delimiter.Length > MostDelimiters
            ? $"takes {MostDelimiters} characters at most, each of which separates; not {TomlText.Shown(delimiter)}"
            : wrong.Length > 0
                ? $"takes punctuation that an address may have ({DelimiterCharacters}), not {TomlText.Shown(new string(wrong))}"
                : null;
        if (wanted is not null)
            Tell("lmtp", "recipient_delimiter", $"'recipient_delimiter' {wanted}");
    }

    private void CheckTls()
    {
        if (options.Lmtp.TlsCertificate.Length > 0)
            return;
        if (options.Lmtp.TlsRequired)
            Tell("lmtp", "tls_required", "'tls_required' needs a certificate: set tls_certificate, and tls_key");
        if (options.Lmtp.TlsKey.Length > 0)
            Tell("lmtp", "tls_key", "'tls_key' is the key of no certificate: set tls_certificate");
    }

    private void CheckClients(string key, IEnumerable<string> clients)
    {
        foreach (var text in clients.Where(text => !ClientNetwork.TryParse(text, out _)))
            Tell("lmtp", key, $"'{key}' takes IP addresses, networks as 192.0.2.0/24, and unix, not {TomlText.Shown(text)}");
    }

    private void Tell(string? table, string key, string message)
    {
        var entry = table is null ? root?.FindValue(key) : root?.FindTable(table)?.FindValue(key);
        mistakes.Add(entry?.Mistake(message) ?? new Mistake("", 0, 0, message));
    }
}
