namespace MailStore.Host.Tests.Delivery;

/// <summary>The memory and the file of a mail are given back when its last recipient is answered. Looks at exceptions of the whole process.</summary>
[Collection(AloneCollection.Name)]
public sealed class GivenBackMailTests : IDisposable
{
    private readonly PostOffice _office = new();

    public void Dispose() => _office.Dispose();

    [Fact]
    public async Task A_mail_that_nobody_gets_is_given_back_only_when_nothing_reads_it_any_more()
    {
        var unobserved = 0;
        // what tests before this one have left is not counted
        GC.Collect();
        GC.WaitForPendingFinalizers();
        TaskScheduler.UnobservedTaskException += Count;
        try
        {
            var text = $"Received: by mx id ABC; now\n\n{new string('x', 16 << 20)}\n";
            for (var i = 0; i < 5; i++)
            {
                _office.Users.Put(PostOffice.Alice);
                using var content = _office.Content(text);
                await content.FlushAsync(default);
                var recipients = await _office.AcceptAllAsync(PostOffice.Alice);
                _office.Users.Drop(PostOffice.Alice);
                Assert.Equal("550 5.1.1", PostOffice.Codes(await _office.Start(content, recipients)[0]));
            }

            GC.Collect();
            GC.WaitForPendingFinalizers();
            Assert.Equal(0, unobserved);
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= Count;
        }

        void Count(object? sender, UnobservedTaskExceptionEventArgs e) => unobserved += e.Exception.InnerException is ObjectDisposedException ? 1 : 0;
    }
}
