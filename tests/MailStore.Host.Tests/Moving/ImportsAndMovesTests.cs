using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using MailStore.Host.Admin;
using MailStore.Host.Admin.Importing;
using MailStore.Sdk;

namespace MailStore.Host.Tests.Moving;

/// <summary>Mails that are imported for a user who is moved.</summary>
public sealed class ImportsAndMovesTests
{
    private readonly Pipe _body = new();

    [Fact]
    public async Task Who_sends_mails_slowly_holds_up_no_move_and_his_mails_come_to_the_new_place()
    {
        using var office = new MoveOffice();
        var old = await office.AddAliceAsync();
        await WriteAsync("imported\n");
        var import = office.Imports.ImportAsync(MoveOffice.Alice, _body.Reader, default);
        await office.MoveAsync();
        Assert.False(import.IsCompleted);
        await _body.Writer.CompleteAsync();
        Assert.Null(Assert.Single(await import).Error);
        Assert.True(old.IsRemoved);
        Assert.Equal(2, office.Mailbox.Mails.Count);
        Assert.Single(office.Mailbox.Mails, mail => mail.Text == "imported\n");
    }

    [Fact]
    public async Task In_a_cluster_mails_that_were_stored_when_the_lock_was_lost_count_as_not_imported()
    {
        using var office = new MoveOffice(isShared: true);
        var mailbox = await office.AddAliceAsync();
        mailbox.BeforeImport = () =>
        {
            office.Shared!.LoseLock();
            return Task.CompletedTask;
        };
        await WriteAsync("imported\n");
        await _body.Writer.CompleteAsync();
        var failed = await Assert.ThrowsAsync<AdminException>(() => office.Imports.ImportAsync(MoveOffice.Alice, _body.Reader, default));
        Assert.Equal(ExitCode.TemporaryFailure, failed.ExitCode);
        Assert.Contains("import again", failed.Message, StringComparison.Ordinal);
    }

    private async Task WriteAsync(string text)
    {
        var head = new ImportedMail(text.Length, DateTimeOffset.UnixEpoch, MailFlags.Seen, null);
        await _body.Writer.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(head, AdminJson.Default.ImportedMail));
        await _body.Writer.WriteAsync(Encoding.ASCII.GetBytes($"\n{text}"));
    }
}
