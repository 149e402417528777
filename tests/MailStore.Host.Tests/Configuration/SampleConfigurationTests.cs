using MailStore.Host.Configuration;

namespace MailStore.Host.Tests.Configuration;

public sealed class SampleConfigurationTests
{
    [Fact]
    public void As_it_comes_it_changes_nothing() =>
        Assert.Equivalent(new HostOptions(), ConfigFolder.LoadRight(SampleConfiguration.Text()).Options, strict: true);

    [Fact]
    public void Without_its_comment_signs_it_sets_every_option_to_its_default()
    {
        var lines = SampleConfiguration.Text().Split('\n').Select(line => line.StartsWith('#') && line.Length > 1 && line[1] != ' ' ? line[1..] : line);

        var configuration = ConfigFolder.LoadRight(string.Join('\n', lines));

        Assert.Equivalent(new HostOptions(), configuration.Options, strict: true);
        foreach (var option in OptionsDescription.For(typeof(HostOptions)))
        {
            var table = option.Key.Contains('.', StringComparison.Ordinal) ? configuration.Root!.FindTable(option.Key.Split('.')[0])! : configuration.Root!;
            Assert.NotNull(table.FindValue(option.Key.Split('.')[^1]));
        }
    }

    /// <summary>MAILSTORE_TESTS_UPDATE=1 writes it anew.</summary>
    [Fact]
    public void The_file_that_packages_install_is_up_to_date()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "MailStore.Plugins.sln")))
            folder = folder.Parent ?? throw new DirectoryNotFoundException("the tests run outside of the repository");
        var file = Path.Combine(folder.FullName, "host", "packaging", "mailstore.toml");
        if (Environment.GetEnvironmentVariable("MAILSTORE_TESTS_UPDATE") == "1")
            File.WriteAllText(file, SampleConfiguration.Text());
        Assert.Equal(SampleConfiguration.Text(), File.ReadAllText(file));
    }
}
