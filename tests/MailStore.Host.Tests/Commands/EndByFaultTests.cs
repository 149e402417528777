using MailStore.Host.Admin;
using MailStore.Host.Commands;
using MailStore.Host.Configuration;
using MailStore.Host.Tests.Modules;

namespace MailStore.Host.Tests.Commands;

public sealed class EndByFaultTests : IDisposable
{
    private readonly RecordingLoggerFactory _log = new();
    private readonly CancellationTokenSource _stop = new();

    public void Dispose()
    {
        _log.Dispose();
        _stop.Dispose();
    }

    [Theory]
    [InlineData(nameof(UnhandledExceptionPolicy.Restart), true, true)]
    [InlineData(nameof(UnhandledExceptionPolicy.Restart), false, true)]
    [InlineData(nameof(UnhandledExceptionPolicy.Continue), true, false)]
    [InlineData(nameof(UnhandledExceptionPolicy.Continue), false, true)]
    public void A_fault_of_the_host_ends_the_server_and_one_of_a_module_does_as_configured(string policy, bool ofModule, bool ends)
    {
        var fault = new EndByFault(_stop, _log, Enum.Parse<UnhandledExceptionPolicy>(policy));
        Assert.Null(fault.ExitCode);
        fault.Hear(ofModule);
        Assert.Equal(ends ? ExitCode.Software : null, fault.ExitCode);
        Assert.Equal(ends, _stop.IsCancellationRequested || _stop.Token.WaitHandle.WaitOne(ends ? TimeSpan.FromSeconds(60) : TimeSpan.Zero));
        Assert.Equal(ends ? 1 : 0, _log.Entries.Count);
    }

    [Fact]
    public void What_escapes_while_it_ends_already_changes_nothing()
    {
        var fault = new EndByFault(_stop, _log, UnhandledExceptionPolicy.Restart);
        for (var i = 0; i < 10; i++)
            fault.Hear(ofModule: i % 2 == 0);
        Assert.Single(_log.Entries);
    }

    [Fact]
    public void What_escapes_after_the_end_is_too_late()
    {
        var fault = new EndByFault(_stop, _log, UnhandledExceptionPolicy.Restart);
        _stop.Dispose();
        fault.Hear(ofModule: true);
    }

    [Fact]
    public void What_waits_for_the_end_does_not_run_on_the_thread_that_threw()
    {
        var thread = 0;
        using var ended = new ManualResetEventSlim();
        _stop.Token.Register(() =>
        {
            thread = Environment.CurrentManagedThreadId;
            ended.Set();
        });
        var fault = new EndByFault(_stop, _log, UnhandledExceptionPolicy.Restart);
        var throwing = new Thread(() =>
        {
            fault.Hear(ofModule: true);
            ended.Wait();
            Assert.NotEqual(Environment.CurrentManagedThreadId, thread);
        });
        throwing.Start();
        Assert.True(throwing.Join(TimeSpan.FromSeconds(60)));
        Assert.NotEqual(throwing.ManagedThreadId, thread);
    }
}
