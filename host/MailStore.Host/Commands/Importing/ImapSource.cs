using System.Runtime.CompilerServices;
using MailKit;
using MailKit.Net.Imap;
using MailKit.Search;
using MailKit.Security;
using MailStore.Host.Admin;
using MailStore.Sdk;

namespace MailStore.Host.Commands.Importing;

/// <summary>The mails of a user of another server, by IMAP (RFC 9051, RFC 3501). Folders are opened to read only: nothing there is marked as seen.</summary>
internal sealed class ImapSource : IMailSource
{
    private const int PageSize = 500;

    /// <summary>Folders that show mails of other folders (RFC 6154, 2; RFC 8457): each would come twice.</summary>
    private const FolderAttributes Virtual = FolderAttributes.All | FolderAttributes.Flagged | FolderAttributes.Important;

    private readonly ImapClient _client;
    private readonly string _host;
    private readonly List<string> _passedOver = [];

    private ImapSource(ImapClient client, string host)
    {
        _client = client;
        _host = host;
    }

    /// <summary>Folders that show mails of other ones, and are left out.</summary>
    public IReadOnlyList<string> PassedOver => _passedOver;

    /// <summary>Connects and logs in.</summary>
    /// <param name="address"><c>imap://user@host:port</c>, or <c>imaps:</c>.</param>
    /// <param name="password">Asked for once the address is known to be one.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    public static async Task<ImapSource> OpenAsync(string address, Func<string> password, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("imap" or "imaps") || uri.UserInfo.Length == 0 || uri.Host.Length == 0 || uri.AbsolutePath != "/" && uri.AbsolutePath.Length > 0)
            throw new AdminException(ExitCode.Usage, "another server is named as imap://USER@HOST[:PORT], or imaps://…; an '@' in the user's name is written %40");
        if (uri.UserInfo.Contains(':', StringComparison.Ordinal))
            throw new AdminException(ExitCode.Usage, $"the password does not belong into the address, where others see it; say --password-file FILE, or put it into ${ImapPassword.Variable}");
        var secret = password();
        var client = new ImapClient();
        try
        {
            var isImplicit = uri.Scheme == "imaps";
            // a password never goes over a network in the clear
            var security = isImplicit ? SecureSocketOptions.SslOnConnect : uri.IsLoopback ? SecureSocketOptions.StartTlsWhenAvailable : SecureSocketOptions.StartTls;
            await client.ConnectAsync(uri.Host, uri.Port > 0 ? uri.Port : isImplicit ? 993 : 143, security, cancellationToken);
            await client.AuthenticateAsync(Uri.UnescapeDataString(uri.UserInfo), secret, cancellationToken);
            return new ImapSource(client, uri.Authority[(uri.Authority.IndexOf('@', StringComparison.Ordinal) + 1)..]);
        }
        catch (Exception e) when (IsFault(e))
        {
            client.Dispose();
            throw new AdminException(ExitCode.Unavailable, $"the IMAP server {uri.Host} does not serve: {e.Message}");
        }
    }

    public async IAsyncEnumerable<SourceMail> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var folder in await GuardAsync(() => ListAsync(cancellationToken)))
        {
            await GuardAsync(() => folder.OpenAsync(FolderAccess.ReadOnly, cancellationToken));
            // by uid: numbers change when another program removes a mail
            var uids = await GuardAsync(() => folder.SearchAsync(SearchQuery.All, cancellationToken));
            foreach (var page in uids.Order().Chunk(PageSize))
            {
                var mails = await GuardAsync(() => folder.FetchAsync(page, MessageSummaryItems.UniqueId | MessageSummaryItems.Flags | MessageSummaryItems.InternalDate, cancellationToken));
                foreach (var mail in mails.OrderBy(mail => mail.UniqueId.Id))
                {
                    yield return new SourceMail(
                        $"{_host}, {folder.FullName}, uid {mail.UniqueId}", NameOf(folder), FlagsOf(mail), mail.InternalDate ?? DateTimeOffset.UnixEpoch,
                        async token => await GuardAsync(() => OpenAsync(folder, mail.UniqueId, token)));
                }
            }

            await GuardAsync(() => folder.CloseAsync(expunge: false, cancellationToken));
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _client.DisconnectAsync(quit: true);
        }
        catch (Exception e) when (IsFault(e))
        {
            // all that was wanted was read
        }

        _client.Dispose();
    }

    /// <returns>Null if it was removed since it was listed.</returns>
    private static async Task<Stream?> OpenAsync(IMailFolder folder, UniqueId mail, CancellationToken cancellationToken)
    {
        try
        {
            return await folder.GetStreamAsync(mail, "", cancellationToken);
        }
        catch (MessageNotFoundException)
        {
            return null;
        }
    }

    private async Task<List<IMailFolder>> ListAsync(CancellationToken cancellationToken)
    {
        var folders = new Dictionary<string, IMailFolder>(StringComparer.Ordinal) { [_client.Inbox!.FullName] = _client.Inbox };
        foreach (var space in _client.PersonalNamespaces)
        {
            foreach (var folder in await _client.GetFoldersAsync(space, cancellationToken: cancellationToken))
            {
                if ((folder.Attributes & (FolderAttributes.NoSelect | FolderAttributes.NonExistent)) != 0)
                    continue;
                if ((folder.Attributes & Virtual) != 0)
                    _passedOver.Add(folder.FullName);
                else
                    folders.TryAdd(folder.FullName, folder);
            }
        }

        return [.. folders.Values.OrderBy(folder => folder != _client.Inbox).ThenBy(folder => folder.FullName, StringComparer.Ordinal)];
    }

    /// <summary>Levels are separated by a dot here; some servers have all folders below the inbox.</summary>
    private string? NameOf(IMailFolder folder)
    {
        if (folder == _client.Inbox)
            return null;
        var separator = folder.DirectorySeparator;
        var name = folder.FullName;
        if (separator != '\0' && name.StartsWith($"INBOX{separator}", StringComparison.OrdinalIgnoreCase))
            name = name[6..];
        return separator is '.' or '\0' ? name : name.Replace('.', '_').Replace(separator, '.');
    }

    private static MailFlags FlagsOf(IMessageSummary mail)
    {
        var flags = MailFlags.None;
        foreach (var (imap, flag) in (ReadOnlySpan<(MessageFlags, MailFlags)>)[
            (MessageFlags.Draft, MailFlags.Draft), (MessageFlags.Flagged, MailFlags.Flagged), (MessageFlags.Answered, MailFlags.Answered),
            (MessageFlags.Seen, MailFlags.Seen), (MessageFlags.Deleted, MailFlags.Deleted)])
            flags |= mail.Flags?.HasFlag(imap) == true ? flag : MailFlags.None;
        return flags | (mail.Keywords?.Contains("$Forwarded") == true ? MailFlags.Passed : MailFlags.None);
    }

    private async Task<T> GuardAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (Exception e) when (IsFault(e))
        {
            throw Fault(e);
        }
    }

    private async Task GuardAsync(Func<Task> call)
    {
        try
        {
            await call();
        }
        catch (Exception e) when (IsFault(e))
        {
            throw Fault(e);
        }
    }

    private AdminException Fault(Exception e) => new(ExitCode.TemporaryFailure, $"the IMAP server {_host} failed: {e.Message}; the same command adds what is missing");

    private static bool IsFault(Exception e) =>
        e is IOException or System.Net.Sockets.SocketException or ProtocolException or CommandException or AuthenticationException or SslHandshakeException or ServiceNotConnectedException or NotSupportedException;
}
