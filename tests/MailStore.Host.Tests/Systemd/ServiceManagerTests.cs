using System.Globalization;
using System.Net.Sockets;
using System.Text;
using MailStore.Host.Systemd;
using Microsoft.Extensions.Time.Testing;

namespace MailStore.Host.Tests.Systemd;

/// <summary>What the service manager is told: sd_notify(3).</summary>
public sealed class ServiceManagerTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("mailstore-notify-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task It_is_told_each_state_by_a_path_or_an_abstract_name(bool isAbstract)
    {
        var name = isAbstract ? $"@mailstore-{Guid.NewGuid():n}" : Path.Combine(_directory, "notify");
        using var listener = Listen(name);
        using var manager = ServiceManager.Connect(variable => variable == "NOTIFY_SOCKET" ? name : null, TimeProvider.System);
        manager.Ready("serving on x");
        Assert.Equal("READY=1\nSTATUS=serving on x", await ReceiveAsync(listener));
        var before = await UptimeAsync();
        manager.Reloading();
        var reloading = await ReceiveAsync(listener);
        Assert.Matches(@"^RELOADING=1\nMONOTONIC_USEC=\d+$", reloading);
        var after = await UptimeAsync();
        // CLOCK_MONOTONIC does not count sleep, uptime does: a machine that runs tests did not sleep
        Assert.InRange(long.Parse(reloading.Split('=')[^1], CultureInfo.InvariantCulture), before - 5_000_000, after + 5_000_000);
        manager.Reloaded("serving");
        Assert.StartsWith("READY=1\n", await ReceiveAsync(listener), StringComparison.Ordinal);
        manager.Stopping();
        Assert.StartsWith("STOPPING=1\n", await ReceiveAsync(listener), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_start_that_takes_long_is_granted_more_time_until_it_is_over()
    {
        var name = Path.Combine(_directory, "notify");
        using var listener = Listen(name);
        var clock = new FakeTimeProvider();
        using var manager = ServiceManager.Connect(variable => variable == "NOTIFY_SOCKET" ? name : null, clock);
        manager.Starting();
        for (var i = 0; i < 3; i++)
        {
            clock.Advance(TimeSpan.FromSeconds(30));
            Assert.StartsWith("EXTEND_TIMEOUT_USEC=60000000\n", await ReceiveAsync(listener), StringComparison.Ordinal);
        }

        manager.Ready("");
        Assert.StartsWith("READY=1\n", await ReceiveAsync(listener), StringComparison.Ordinal);
        clock.Advance(TimeSpan.FromMinutes(5));
        await Task.Delay(300);
        Assert.Equal(0, listener.Available);
    }

    [Fact]
    public async Task The_watchdog_is_fed_until_the_end()
    {
        var name = Path.Combine(_directory, "notify");
        using var listener = Listen(name);
        var manager = ServiceManager.Connect(variable => variable switch
        {
            "NOTIFY_SOCKET" => name,
            "WATCHDOG_USEC" => "100000",
            "WATCHDOG_PID" => Environment.ProcessId.ToString(CultureInfo.InvariantCulture),
            _ => null,
        }, TimeProvider.System);
        manager.Ready("");
        await ReceiveAsync(listener);
        for (var i = 0; i < 3; i++)
            Assert.Equal("WATCHDOG=1", await ReceiveAsync(listener));
        manager.Dispose();
        await Task.Delay(300);
        while (listener.Available > 0)
            await ReceiveAsync(listener);
        await Task.Delay(300);
        Assert.Equal(0, listener.Available);
    }

    [Theory]
    [InlineData(null, "100000")]
    [InlineData("1", "100000")]
    public async Task A_watchdog_that_is_not_asked_for_or_meant_for_another_is_not_fed(string? process, string microseconds)
    {
        var name = Path.Combine(_directory, "notify");
        using var listener = Listen(name);
        using var manager = ServiceManager.Connect(variable => variable switch
        {
            "NOTIFY_SOCKET" => name,
            "WATCHDOG_USEC" => process is null ? null : microseconds,
            "WATCHDOG_PID" => process,
            _ => null,
        }, TimeProvider.System);
        manager.Ready("");
        await ReceiveAsync(listener);
        await Task.Delay(300);
        Assert.Equal(0, listener.Available);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("relative")]
    [InlineData("/nowhere/at/all")]
    public void Without_a_manager_nothing_happens(string? socket)
    {
        using var manager = ServiceManager.Connect(variable => variable == "NOTIFY_SOCKET" ? socket : null, TimeProvider.System);
        manager.Ready("x");
        manager.Reloading();
        manager.Stopping();
    }

    private static Socket Listen(string name)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(name[0] == '@' ? '\0' + name[1..] : name));
        return socket;
    }

    /// <summary>In microseconds.</summary>
    private static async Task<long> UptimeAsync() =>
        long.Parse((await File.ReadAllTextAsync("/proc/uptime")).Split('.')[0], CultureInfo.InvariantCulture) * 1_000_000;

    private static async Task<string> ReceiveAsync(Socket listener)
    {
        var buffer = new byte[1000];
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        return Encoding.UTF8.GetString(buffer, 0, await listener.ReceiveAsync(buffer, patience.Token));
    }
}
