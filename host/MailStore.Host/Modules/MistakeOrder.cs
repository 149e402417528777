using MailStore.Host.Configuration;

namespace MailStore.Host.Modules;

/// <summary>The order in which mistakes are told: by place; those without one last.</summary>
internal static class MistakeOrder
{
    public static IReadOnlyList<Mistake> Sort(IEnumerable<Mistake> mistakes) =>
    [
        .. mistakes.OrderBy(mistake => mistake.Line == 0)
            .ThenBy(mistake => mistake.File, StringComparer.Ordinal)
            .ThenBy(mistake => mistake.Line)
            .ThenBy(mistake => mistake.Column),
    ];
}
