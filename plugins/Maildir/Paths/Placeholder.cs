namespace MailStore.Maildir.Paths;

/// <summary>What stands in braces in a path template.</summary>
internal enum Placeholder
{
    /// <summary>No placeholder: text.</summary>
    Text,

    /// <summary>{user}: the whole name.</summary>
    User,

    /// <summary>{local}: before the last @.</summary>
    Local,

    /// <summary>{domain}: after it.</summary>
    Domain,

    /// <summary>{hash:N}: N hexadecimal digits of a hash of the name, to spread directories.</summary>
    Hash,
}
