using System.Diagnostics.CodeAnalysis;

namespace MailStore.Host.Configuration;

/// <summary>What <c>socket_owner</c> says: whom Unix sockets are given to, as chown(1) takes it.</summary>
/// <param name="User">Name or number; null: the server's own.</param>
/// <param name="Group">Name or number; null: the server's own, or what <c>socket_group</c> says.</param>
internal sealed record SocketOwner(string? User, string? Group)
{
    public const string Forms = "\"user\", \"user:group\" or \":group\"";

    public static SocketOwner Nobody { get; } = new(null, null);

    /// <param name="text">Empty: nobody else.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out SocketOwner? owner)
    {
        owner = text.Length == 0 ? Nobody : null;
        if (owner is not null)
            return true;
        var parts = text.Split(':');
        if (parts.Length > 2 || parts[^1].Length == 0 || text.Any(c => char.IsWhiteSpace(c) || char.IsControl(c)))
            return false;
        owner = new SocketOwner(parts[0].Length == 0 ? null : parts[0], parts.Length == 2 ? parts[1] : null);
        return true;
    }
}
