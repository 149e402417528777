namespace MailStore.Sdk;

/// <summary>
/// A user as an MDA sees him: the record with all settings merged (defaults of the module, then the domain's, then the record's) and
/// bound to the options class of the module. Immutable; never written back.
/// </summary>
/// <param name="record">The raw record.</param>
/// <param name="options">An instance of the module's options class, of this user's own, already checked; or null if the module has none.</param>
public sealed class EffectiveUser(UserRecord record, object? options)
{
    private readonly int _at = record.Name.LastIndexOf('@');

    /// <summary>
    /// The user's name: the address without its detail, <c>alice@example.org</c>. From outside. Names are compared ordinally: two that differ at all, if
    /// in letter case only, are two users, and neither ever sees the other's mail.
    /// </summary>
    public string Name => record.Name;

    /// <summary>What stands before the last <c>@</c>; the whole name if there is none. From outside: may hold any character but NUL.</summary>
    public string LocalPart => _at < 0 ? record.Name : record.Name[.._at];

    /// <summary>What stands after the last <c>@</c>, in lower case; empty if there is none.</summary>
    public string Domain => _at < 0 ? "" : record.Name[(_at + 1)..];

    /// <summary>What this or another MDA allocated, or null. An agent is asked only about allocations of its own instance.</summary>
    public Allocation? Allocation => record.Allocation;

    /// <summary>The version of the record, see <see cref="UserRecord.Version"/>.</summary>
    public long Version => record.Version;

    /// <summary>The module's options with what was forced on this user put in.</summary>
    /// <typeparam name="T">The options class of the module's constructor.</typeparam>
    /// <exception cref="InvalidOperationException">The module has options of another class, or none.</exception>
    public T GetOptions<T>() where T : class =>
        options as T ?? throw new InvalidOperationException(
            $"the options of user '{Name}' are {options?.GetType().FullName ?? "absent"}, not {typeof(T).FullName}");
}
