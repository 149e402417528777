namespace MailStore.Host.Lmtp;

/// <summary>The replies that are always the same, ready for the wire. Codes: RFC 5321, 4.2; enhanced codes: RFC 3463, on all but 220, LHLO's, XCLIENT's and 354 (RFC 2034).</summary>
internal static class Replies
{
    public static readonly byte[] Ok = "250 2.0.0 OK\r\n"u8.ToArray();
    public static readonly byte[] SenderOk = "250 2.1.0 sender OK\r\n"u8.ToArray();
    public static readonly byte[] StartData = "354 end data with <CR><LF>.<CR><LF>\r\n"u8.ToArray();
    public static readonly byte[] Vrfy = "252 2.0.0 send a mail, RCPT will tell\r\n"u8.ToArray();
    public static readonly byte[] Help = "214 2.0.0 LHLO MAIL RCPT DATA BDAT RSET NOOP VRFY HELP QUIT (RFC 2033)\r\n"u8.ToArray();
    public static readonly byte[] Bye = "221 2.0.0 bye\r\n"u8.ToArray();

    public static readonly byte[] ShuttingDown = "421 4.3.2 the server is shutting down, try again later\r\n"u8.ToArray();
    public static readonly byte[] TimedOut = "421 4.4.2 nothing was heard for too long\r\n"u8.ToArray();
    public static readonly byte[] TooManyConnections = "421 4.3.2 too many connections, try again later\r\n"u8.ToArray();
    public static readonly byte[] TooManyConnectionsFromYou = "421 4.7.0 too many connections from your address, try again later\r\n"u8.ToArray();
    public static readonly byte[] TooManyCommands = "421 4.7.0 too many commands without a mail\r\n"u8.ToArray();
    public static readonly byte[] TooManyErrors = "421 4.7.0 too many errors\r\n"u8.ToArray();
    public static readonly byte[] TooManyMails = "421 4.7.0 too many mails in one connection, send the rest in another\r\n"u8.ToArray();
    public static readonly byte[] NoRoom = "452 4.3.1 no room for a mail now, try again later\r\n"u8.ToArray();
    public static readonly byte[] TooManyRecipients = "452 4.5.3 too many recipients, send the rest in another transaction\r\n"u8.ToArray();
    public static readonly byte[] TooManyRecipientsAtOnce = "452 4.5.3 too many recipients are under way, try again later\r\n"u8.ToArray();

    public static readonly byte[] UnknownCommand = "500 5.5.1 command not known\r\n"u8.ToArray();
    public static readonly byte[] LineTooLong = "500 5.5.2 line too long\r\n"u8.ToArray();
    public static readonly byte[] NotSmtp = "500 5.5.1 this is LMTP: say LHLO (RFC 2033)\r\n"u8.ToArray();

    public static readonly byte[] NoArgument = "501 5.5.4 this command takes no argument\r\n"u8.ToArray();
    public static readonly byte[] LhloSyntax = "501 5.5.4 say LHLO and your name\r\n"u8.ToArray();
    public static readonly byte[] MailSyntax = "501 5.5.4 say MAIL FROM:<address>\r\n"u8.ToArray();
    public static readonly byte[] RcptSyntax = "501 5.5.4 say RCPT TO:<address>\r\n"u8.ToArray();
    public static readonly byte[] VrfySyntax = "501 5.5.4 say VRFY and an address\r\n"u8.ToArray();
    public static readonly byte[] SenderSyntax = "501 5.1.7 this is not an address\r\n"u8.ToArray();
    public static readonly byte[] RecipientSyntax = "501 5.1.3 this is not an address\r\n"u8.ToArray();
    public static readonly byte[] ParameterSyntax = "501 5.5.4 the value of a parameter is wrong, or it came twice\r\n"u8.ToArray();

    public static readonly byte[] BdatSyntax = "501 5.5.4 say BDAT, the number of bytes, and LAST for the last ones; what follows cannot be told apart\r\n"u8.ToArray();
    public static readonly byte[] NoAttributes = "501 5.5.4 say NAME=value\r\n"u8.ToArray();
    public static readonly byte[] UnknownAttribute = "501 5.5.4 attribute not known\r\n"u8.ToArray();

    public static readonly byte[] NoLhlo = "503 5.5.1 say LHLO first\r\n"u8.ToArray();
    public static readonly byte[] NestedMail = "503 5.5.1 a transaction is under way: send its data, or RSET\r\n"u8.ToArray();
    public static readonly byte[] NoMail = "503 5.5.1 say MAIL FROM first\r\n"u8.ToArray();
    public static readonly byte[] NoRecipients = "503 5.5.1 no recipient was accepted\r\n"u8.ToArray();

    public static readonly byte[] DataAfterBdat = "503 5.5.1 the mail came by BDAT so far: go on with it, or RSET\r\n"u8.ToArray();
    public static readonly byte[] BinaryNeedsBdat = "503 5.5.1 a BINARYMIME mail comes by BDAT\r\n"u8.ToArray();
    public static readonly byte[] NotInTransaction = "503 5.5.1 not within a transaction\r\n"u8.ToArray();
    public static readonly byte[] AlreadySecure = "503 5.5.1 TLS is on already\r\n"u8.ToArray();
    public static readonly byte[] PipelinedTls = "503 5.5.1 nothing may follow STARTTLS before TLS is on\r\n"u8.ToArray();

    public static readonly byte[] ReadyForTls = "220 2.0.0 ready for TLS\r\n"u8.ToArray();
    public static readonly byte[] TlsRequired = "530 5.7.0 say STARTTLS first\r\n"u8.ToArray();
    public static readonly byte[] NotForYou = "550 5.7.0 you are not among those who may use this command\r\n"u8.ToArray();

    public static readonly byte[] TooLarge = "552 5.3.4 the mail is larger than this server takes\r\n"u8.ToArray();
    public static readonly byte[] UnknownParameter = "555 5.5.4 parameter not known\r\n"u8.ToArray();
}
