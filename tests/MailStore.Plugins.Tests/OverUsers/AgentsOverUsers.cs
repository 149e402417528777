using MailStore.Mbox;
using MailStore.Plugins.Tests.LiteDb.Mails;
using MailStore.Plugins.Tests.Maildir;
using MailStore.Plugins.Tests.Mbox;
using MailStore.Plugins.Tests.Postgres;
using MailStore.Plugins.Tests.S3;
using MailStore.Postgres.Mailboxes;
using MailStore.Sdk.Conformance;
using MailStore.Tests.Servers;

namespace MailStore.Plugins.Tests.OverUsers;

/// <summary>
/// The whole kit, for each storage format that comes with the program, on the real servers, with the records in one of the user databases that come with it. Other layouts of
/// each are tried in the tests of its plugin, with the user database that the kit plays.
/// </summary>
public abstract class AgentsOverUsers : IClassFixture<PostgresFixture>, IClassFixture<RgwFixture>
{
    private const string Bucket = "conformance";

    private static readonly ConformanceOptions Options = new() { TimeLimit = TimeSpan.FromMinutes(3) };

    private readonly PostgresFixture _postgres;
    private readonly RgwFixture _rgw;

    private protected AgentsOverUsers(PostgresFixture postgres, RgwFixture rgw) => (_postgres, _rgw) = (postgres, rgw);

    public static TheoryData<string> Cases => [.. ConformanceKit.Agents.Names];

    private protected PostgresServer Postgres => _postgres.Server;

    private protected abstract UserDatabaseUnderTest Users { get; }

    [ServersTheory, MemberData(nameof(Cases))]
    public Task Maildir_keeps_the_contract(string name) => RunAsync(name, new MaildirUnderTest("mail/{domain}/{local}"));

    [ServersTheory, MemberData(nameof(Cases))]
    public Task Mbox_keeps_the_contract(string name) => RunAsync(name, new MboxUnderTest(MboxLock.Fcntl, MboxLock.Dotlock));

    [ServersTheory, MemberData(nameof(Cases))]
    public Task LiteDb_keeps_the_contract(string name) => RunAsync(name, new LiteDbUnderTest());

    // it can do all that the kit asks for but to name folders, of which it has none without mail
    [ServersTheory, MemberData(nameof(Cases))]
    public async Task Postgres_keeps_the_contract(string name) =>
        Assert.True((await RunAsync(name, new PostgresAgentUnderTest(Postgres.Connection(), MailboxLayout.Table))).Remark is null or "" || name.StartsWith("extras: ", StringComparison.Ordinal));

    [ServersTheory, MemberData(nameof(Cases))]
    public async Task S3_keeps_the_contract(string name)
    {
        await _rgw.Server.CreateBucketAsync(Bucket);
        await RunAsync(name, new S3UnderTest(_rgw.Server, Bucket));
    }

    private Task<ConformanceVerdict> RunAsync(string name, AgentUnderTest agent) => ConformanceKit.Agents.RunAsync(name, new WithUsers(agent, Users), Options);
}
