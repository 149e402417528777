namespace MailStore.Host.Configuration;

/// <summary>One part of a dotted key, and its place.</summary>
internal readonly record struct TomlKey(string Name, int Line, int Column);
