using MailStore.Host.Configuration;

namespace MailStore.Host.Tests.Configuration;

public sealed class FindingTheFileTests : IDisposable
{
    private readonly ConfigFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Without_a_file_the_defaults_serve_under_the_working_directory()
    {
        var configuration = _folder.Load();

        Assert.Empty(configuration.Mistakes);
        Assert.Null(configuration.File);
        Assert.Null(configuration.Root);
        Assert.Equal(_folder.At("mailstore-data"), configuration.DataDirectory);
        Assert.Equal(_folder.At("modules.d"), configuration.ModulesDirectory);
        Assert.True(configuration.ModulesDirectoryIsDefault);
        Assert.Equal(["mda maildir", "creator trial", "userdb litedb"], configuration.Modules.Select(module => $"{module.Kind.Key()} {module.Module}"));
        Assert.All(configuration.Modules, module => Assert.Null(module.NamedAt));
    }

    [Fact]
    public void The_option_beats_the_environment_which_beats_the_working_directory_which_beats_the_system()
    {
        _folder.Write("mda = \"system\"", "etc.toml");
        Assert.Equal("system", _folder.Load().Options.Mda);
        _folder.Write("mda = \"local\"");
        Assert.Equal("local", _folder.Load().Options.Mda);
        _folder.Environment["MAILSTORE_CONFIG"] = _folder.Write("mda = \"environment\"", "env.toml");
        Assert.Equal("environment", _folder.Load().Options.Mda);
        Assert.Equal("option", _folder.Load(_folder.Write("mda = \"option\"", "option.toml")).Options.Mda);
    }

    [Fact]
    public void An_empty_variable_counts_as_none()
    {
        _folder.Environment["MAILSTORE_CONFIG"] = "";
        Assert.Empty(_folder.Load().Mistakes);
    }

    [Fact]
    public void Folders_are_relative_to_the_file_and_not_to_the_working_directory()
    {
        Directory.CreateDirectory(_folder.At("conf"));
        _folder.Write("data_dir = \"../data\"\nmodules_dir = \"plugins\"", "conf/m.toml");

        var configuration = _folder.Load("conf/m.toml");

        Assert.Equal(_folder.At("conf/m.toml"), configuration.File);
        Assert.Equal(_folder.At("data"), configuration.DataDirectory);
        Assert.Equal(_folder.At("conf/plugins"), configuration.ModulesDirectory);
        Assert.False(configuration.ModulesDirectoryIsDefault);
    }

    [Fact]
    public void Without_modules_in_the_working_directory_those_beside_or_above_the_program_serve()
    {
        var program = Directory.CreateDirectory(_folder.At("opt/mailstore/bin/net")).FullName;
        var above = Directory.CreateDirectory(_folder.At("opt/mailstore/modules.d")).FullName;
        Assert.Equal(above, _folder.Load(programDirectory: program).ModulesDirectory);
        _folder.Write("");
        Assert.Equal(above, _folder.Load(programDirectory: program).ModulesDirectory);
        Assert.True(_folder.Load(programDirectory: program).ModulesDirectoryIsDefault);
        var beside = Directory.CreateDirectory(Path.Combine(program, "modules.d")).FullName;
        Assert.Equal(beside, _folder.Load(programDirectory: program + "/").ModulesDirectory);
        var here = Directory.CreateDirectory(_folder.At("modules.d")).FullName;
        Assert.Equal(here, _folder.Load(programDirectory: program).ModulesDirectory);
    }

    [Fact]
    public void A_modules_directory_that_was_named_gives_way_to_no_other()
    {
        Directory.CreateDirectory(_folder.At("opt/modules.d"));
        _folder.Write("modules_dir = \"modules.d\"");
        Assert.Equal(_folder.At("modules.d"), _folder.Load(programDirectory: _folder.At("opt")).ModulesDirectory);
    }

    [Fact]
    public void Modules_that_anybody_may_have_put_there_do_not_serve()
    {
        var open = Directory.CreateDirectory(_folder.At("open")).FullName;
        Directory.CreateDirectory(_folder.At("open/modules.d"));
        var program = Directory.CreateDirectory(_folder.At("open/bin")).FullName;
        File.SetUnixFileMode(open, (UnixFileMode)0x1ff);
        Assert.Equal(_folder.At("modules.d"), _folder.Load(programDirectory: program).ModulesDirectory);
    }

    [Fact]
    public void Messages_name_the_file_as_the_administrator_did()
    {
        _folder.Write("mdaa = 1");
        Assert.StartsWith("mailstore.toml(1,1): ", Assert.Single(_folder.Load().Mistakes).ToString(), StringComparison.Ordinal);
        Assert.StartsWith("./mailstore.toml(1,1): ", Assert.Single(_folder.Load("./mailstore.toml").Mistakes).ToString(), StringComparison.Ordinal);
        Assert.StartsWith(_folder.At("mailstore.toml") + "(1,1): ", Assert.Single(_folder.Load(_folder.At("mailstore.toml")).Mistakes).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nowhere.toml", "nowhere.toml: the configuration file does not exist")]
    [InlineData("no/such/folder.toml", "no/such/folder.toml: the configuration file does not exist")]
    [InlineData(".", ".: is a folder, not a configuration file")]
    [InlineData("", "the path of the configuration file is empty")]
    public void A_named_file_that_is_not_there_is_a_mistake_even_where_another_would_be_found(string path, string mistake)
    {
        _folder.Write("");
        Assert.Equal(mistake, Assert.Single(_folder.Load(path).Mistakes).ToString());
        if (path.Length == 0)
            return;
        _folder.Environment["MAILSTORE_CONFIG"] = path;
        Assert.Equal(mistake, Assert.Single(_folder.Load().Mistakes).ToString());
    }

    [Fact]
    public void A_file_that_may_not_be_read_is_a_mistake_and_not_skipped()
    {
        var file = _folder.Write("");
        File.SetUnixFileMode(file, UnixFileMode.None);
        if (Environment.IsPrivilegedProcess)
        {
            // root reads everything: a link that leads round in a circle cannot be read by anybody
            File.Delete(file);
            File.CreateSymbolicLink(file, file);
        }

        Assert.Contains("mailstore.toml: the configuration file", Assert.Single(_folder.Load("mailstore.toml").Mistakes).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_is_not_read_without_end() =>
        Assert.Equal("/dev/zero: is larger than 64M, and surely no configuration", Assert.Single(_folder.Load("/dev/zero").Mistakes).ToString());

    [Fact]
    public void The_public_way_in_finds_the_file_of_the_working_directory()
    {
        _folder.Write("mda = \"local\"");
        Assert.Equal("local", ConfigurationLoader.Load(null, _folder.Path, _ => null).Options.Mda);
    }
}
