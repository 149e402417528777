using MailStore.Maildir;
using MailStore.Sdk;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailStore.Plugins.Tests.Maildir;

public sealed class RequirementsTests
{
    [Theory]
    [InlineData(null, null, false)]
    [InlineData(5000L, 5000L, false)]
    [InlineData(5000L, 5999L, true)]
    public void Only_a_uid_for_each_user_wants_a_database_that_counts(long? first, long? last, bool wants)
    {
        using var agent = new MaildirAgent(
            new MaildirOptions { FirstUid = first, LastUid = last }, NullLogger<MaildirAgent>.Instance, TimeProvider.System, new ModuleContext("maildir", Path.GetTempPath()));
        Assert.Equal(wants, agent.FindUnmet(new PlainDatabase()) is not null);
        Assert.Null(agent.FindUnmet(new CountingDatabase()));
    }

    private class PlainDatabase : IUserDatabase
    {
        public ValueTask<UserRecord?> FindAsync(string name, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<UserRecord?> TryAddAsync(UserRecord user, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<UserRecord?> TryReplaceAsync(UserRecord user, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<bool> TryRemoveAsync(UserRecord user, CancellationToken cancellationToken) => throw new NotSupportedException();

        public IAsyncEnumerable<UserRecord> ListAsync(string? prefix, CancellationToken cancellationToken) => throw new NotSupportedException();
    }

    private sealed class CountingDatabase : PlainDatabase, IUserSequences
    {
        public ValueTask<long> NextAsync(string sequence, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
