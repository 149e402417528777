using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using MailStore.Sdk.Conformance;

namespace MailStore.Sdk.Tests.Conformance;

/// <summary>No case asks for what the contract does not say.</summary>
public sealed partial class RequirementTests
{
    private static readonly string Documentation = ReadDocumentation();

    [Fact]
    public void Every_requirement_is_a_sentence_of_the_documentation()
    {
        var requirements = typeof(ConformanceKit).Assembly.GetType("MailStore.Sdk.Conformance.AgentRequirements")!
            .GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!).ToList();
        Assert.NotEmpty(requirements);
        Assert.All(requirements, requirement => Assert.Contains(requirement, Documentation, StringComparison.Ordinal));
        Assert.All(requirements, requirement => Assert.Contains(ConformanceKit.Agents.Cases, found => found.Requirement.Contains(requirement, StringComparison.Ordinal)));
    }

    [Fact]
    public void Names_are_unique_and_short_enough_for_the_lists_of_test_frameworks()
    {
        var names = ConformanceKit.Agents.Names.ToList();
        Assert.Equal(names.Count, names.Distinct(StringComparer.Ordinal).Count());
        Assert.DoesNotContain(names, name => name.Length > 50);
        Assert.All(names, name => Assert.Matches("^[a-z ]+: .+[^.]$", name));
    }

    private static string ReadDocumentation()
    {
        var document = XDocument.Load(Path.ChangeExtension(typeof(IMailDeliveryAgent).Assembly.Location, ".xml"), LoadOptions.PreserveWhitespace);
        foreach (var see in document.Descendants().Where(element => element.Name.LocalName is "see" or "paramref").ToList())
            see.ReplaceWith(new XText(Word((see.Attribute("cref") ?? see.Attribute("name"))!.Value)));
        return Spaces().Replace(document.Root!.Value, " ");
    }

    // 'M:MailStore.Sdk.IMailbox.DeliverAsync(MailStore.Sdk.Mail)' reads as 'DeliverAsync'
    private static string Word(string reference) => reference.Split('(')[0].Split('.', ':')[^1];

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
