namespace MailStore.Host.Configuration;

/// <summary>How a table came to be, which decides what may still be added to it (TOML v1.0.0, "Table" and "Inline Table").</summary>
internal enum TableOrigin
{
    /// <summary>As the parent of a <c>[header.of.another]</c>: its own header may follow.</summary>
    Implied,

    /// <summary>By its own header: that may come once.</summary>
    Header,

    /// <summary>By dotted keys: more of them may follow, a header may not.</summary>
    Dotted,

    /// <summary>By <c>{ … }</c>: closed.</summary>
    Inline,
}
