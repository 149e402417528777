using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using MailStore.Sdk;

namespace MailStore.Host.Configuration;

/// <summary>The table <c>[lmtp]</c>.</summary>
internal sealed class LmtpOptions
{
    [Description("where the server listens: \"host:port\", \"[::1]:port\" or \"unix:/path/to/socket\"")]
    [MinLength(1)]
    public List<string> Listen { get; set; } = ["127.0.0.1:2424"];

    [Description("allow 'listen' addresses that others than this machine reach; LMTP knows no passwords")]
    public bool AllowRemote { get; set; }

    [Description("the name that the server gives itself in its greeting and in Received; empty: the machine's")]
    [RegularExpression("^[A-Za-z0-9.-]*$", ErrorMessage = "letters, digits, dots and hyphens")]
    [StringLength(255)]
    public string Hostname { get; set; } = "";

    [Description("the largest mail that is taken (RFC 1870)")]
    public ByteSize MaxMessageSize { get; set; } = ByteSize.Parse("50M");

    [Description("what separates user and detail in a local part ('alice+lists'); empty: nothing does")]
    public string RecipientDelimiter { get; set; } = "+";

    [Description("the mode of Unix sockets, octal")]
    [RegularExpression("^0?[0-7]{3}$", ErrorMessage = "three octal digits, as 0660")]
    public string SocketMode { get; set; } = "0660";

    [Description("the group of Unix sockets, by name or number; empty: the server's own")]
    public string SocketGroup { get; set; } = "";
}
