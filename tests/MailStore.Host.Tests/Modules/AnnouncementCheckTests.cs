using MailStore.Host.Configuration;
using MailStore.Host.Modules;

namespace MailStore.Host.Tests.Modules;

public sealed class AnnouncementCheckTests
{
    [Theory]
    [InlineData("Maildir", "names are lower-case")]
    [InlineData("", "names are lower-case")]
    [InlineData(null, "names are lower-case")]
    [InlineData("maildir", null)]
    [InlineData("s3-v2", null)]
    public void A_name_is_lower_case_letters_digits_and_hyphens(string? name, string? problem) =>
        AssertTold(problem, Found(name, ModuleKind.Mda));

    [Fact]
    public void A_class_that_implements_no_contract_is_no_module() => AssertTold("implements none of", Found("x"));

    [Fact]
    public void A_class_that_implements_two_contracts_is_no_module() =>
        AssertTold("IMailDeliveryAgent and IUserDatabase", Found("x", ModuleKind.Mda, ModuleKind.Userdb));

    [Fact]
    public void A_class_of_another_assembly_is_no_module() =>
        AssertTold("is not in this assembly", new PluginMetadata.Announcement("x", "N.T, Other", false, [], null));

    [Fact]
    public void A_name_may_be_used_once_for_each_kind()
    {
        AssertTold(null, Found("x", ModuleKind.Mda), Found("x", ModuleKind.Creator));
        AssertTold("announces the mda 'x' twice", Found("x", ModuleKind.Mda), Found("x", ModuleKind.Mda));
    }

    private static PluginMetadata.Announcement Found(string? name, params ModuleKind[] kinds) => new(name, "N.T", true, kinds, null);

    private static void AssertTold(string? expected, params PluginMetadata.Announcement[] announcements)
    {
        var plugin = new PluginFile
        {
            Name = "p",
            Path = "/modules.d/p/p.dll",
            Modules = [.. announcements.Where(found => found.Contracts.Count == 1).Select(found => new PluginModule(found.Contracts[0], found.Name!, found.TypeName!, null))],
        };
        var problem = new AnnouncementCheck().Check(plugin, new PluginMetadata(announcements, null, null));
        if (expected is null)
            Assert.Null(problem);
        else
            Assert.Contains(expected, problem?.Reason, StringComparison.Ordinal);
    }
}
