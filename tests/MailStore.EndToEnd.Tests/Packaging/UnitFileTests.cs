using System.Globalization;
using System.Text.RegularExpressions;
using MailStore.Tests;

namespace MailStore.EndToEnd.Tests.Packaging;

/// <summary>What systemd itself says of the unit files.</summary>
public sealed partial class UnitFileTests : IDisposable
{
    private const string Analyzer = "systemd-analyze";

    private readonly string _units = Directory.CreateTempSubdirectory("mailstore-units-").FullName;

    private static string Packaging { get; } = Path.Combine(RepositoryRoot.Path, "host", "packaging");

    /// <summary>The units of this folder stand before the system's.</summary>
    private Dictionary<string, string> Environment => new() { ["SYSTEMD_UNIT_PATH"] = _units + ":", ["LC_ALL"] = "C.UTF-8" };

    public void Dispose() => Directory.Delete(_units, recursive: true);

    [FactIf(Analyzer)]
    public async Task The_default_unit_is_exposed_by_1_5_at_most() => Assert.InRange(await ExposureAsync(), 0.1, 1.5);

    [FactIf(Analyzer)]
    public async Task With_a_uid_for_each_user_it_is_exposed_by_2_6_at_most()
    {
        var alone = await ExposureAsync();
        DropIn("uid-per-user.conf");
        // more than without: the drop-in was seen
        Assert.InRange(await ExposureAsync(), alone + 0.1, 2.6);
    }

    [FactIf(Analyzer)]
    public async Task The_units_have_no_mistakes()
    {
        Copy("mailstore.service", text => text.Replace("/usr/bin/mailstore", MailStoreProgram.Path, StringComparison.Ordinal));
        Copy("mailstore.socket", text => text);
        Assert.Equal("", await VerifyAsync());
        DropIn("uid-per-user.conf");
        Assert.Equal("", await VerifyAsync());
    }

    [Theory]
    [InlineData("mailstore.service", "Unit", "StartLimitIntervalSec=0")]
    [InlineData("mailstore.socket", "Socket", "TriggerLimitIntervalSec=0")]
    public void However_often_the_start_fails_it_is_tried_again(string unit, string section, string setting)
    {
        var lines = File.ReadAllLines(Path.Combine(Packaging, unit));
        var at = Array.IndexOf(lines, setting);
        Assert.True(at > 0, $"{unit} does not say {setting}");
        Assert.DoesNotContain(lines, line => line.StartsWith("RestartPreventExitStatus", StringComparison.Ordinal));
        Assert.Equal($"[{section}]", lines[..at].Last(line => line.StartsWith('[')));
    }

    [FactIf(Analyzer)]
    public async Task A_mistake_in_a_unit_would_be_told()
    {
        Copy("mailstore.service", text => text.Replace("/usr/bin/mailstore", MailStoreProgram.Path, StringComparison.Ordinal) + "\n[Service]\nProtectSistem=yes\n");
        Copy("mailstore.socket", text => text);
        Assert.Contains("ProtectSistem", await VerifyAsync(), StringComparison.Ordinal);
    }

    private void Copy(string unit, Func<string, string> change) => File.WriteAllText(Path.Combine(_units, unit), change(File.ReadAllText(Path.Combine(Packaging, unit))));

    private void DropIn(string name)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_units, "mailstore.service.d"));
        File.Copy(Path.Combine(Packaging, name), Path.Combine(folder.FullName, name));
    }

    private async Task<double> ExposureAsync()
    {
        Copy("mailstore.service", text => text);
        Copy("mailstore.socket", text => text);
        var text = await Tools.RunAsync(Analyzer, ["security", "--offline=true", "--no-pager", Path.Combine(_units, "mailstore.service")], Environment);
        var match = Exposure().Match(text);
        Assert.True(match.Success, text);
        return double.Parse(match.Groups["level"].ValueSpan, CultureInfo.InvariantCulture);
    }

    /// <summary>What it says of these units; it has things to say of others, too.</summary>
    private async Task<string> VerifyAsync()
    {
        var said = await Tools.RunAsync("sh", ["-c", $"{Analyzer} verify --man=no {_units}/mailstore.service {_units}/mailstore.socket 2>&1 || true"], Environment);
        return string.Join('\n', said.Split('\n').Where(line => line.Contains("mailstore", StringComparison.Ordinal)));
    }

    [GeneratedRegex(@"Overall exposure level for mailstore\.service: (?<level>[0-9.]+)")]
    private static partial Regex Exposure();
}
