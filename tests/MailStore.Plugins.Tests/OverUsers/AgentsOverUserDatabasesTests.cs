using MailStore.Plugins.Tests.LiteDb;
using MailStore.Plugins.Tests.LiteDb.Mails;
using MailStore.Plugins.Tests.Maildir;
using MailStore.Plugins.Tests.Postgres;
using MailStore.Plugins.Tests.S3;
using MailStore.Postgres.Mailboxes;
using MailStore.Sdk.Conformance;

namespace MailStore.Plugins.Tests.OverUsers;

/// <summary>
/// The whole kit, for each storage format that comes with the program over each user database that comes with it, on the real servers. The tests of each plugin run the kit with
/// the user database that it plays itself, in other layouts.
/// </summary>
public sealed class AgentsOverUserDatabasesTests(PostgresFixture postgres, RgwFixture rgw) : IClassFixture<PostgresFixture>, IClassFixture<RgwFixture>
{
    private const string Bucket = "conformance";

    public static TheoryData<string, string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string, string>();
            foreach (var agent in (string[])["maildir", "litedb", "postgres", "s3"])
            {
                foreach (var users in (string[])["litedb", "postgres"])
                {
                    foreach (var name in ConformanceKit.Agents.Names)
                        cases.Add(agent, users, name);
                }
            }

            return cases;
        }
    }

    [ServersTheory, MemberData(nameof(Cases))]
    public async Task Keeps_the_contract(string agent, string users, string name)
    {
        if (agent == "s3")
            await rgw.Server.CreateBucketAsync(Bucket);
        await ConformanceKit.Agents.RunAsync(name, new WithUsers(Agent(agent), Users(users)), new ConformanceOptions { TimeLimit = TimeSpan.FromMinutes(3) });
    }

    private AgentUnderTest Agent(string name) => name switch
    {
        "maildir" => new MaildirUnderTest("mail/{domain}/{local}"),
        "litedb" => new LiteDbUnderTest(),
        "postgres" => new PostgresAgentUnderTest(postgres.Server.Connection(), MailboxLayout.Table),
        _ => new S3UnderTest(rgw.Server, Bucket),
    };

    private UserDatabaseUnderTest Users(string name) => name == "litedb" ? new LiteDbUsersUnderTest() : new PostgresUsersUnderTest(postgres.Server.Connection(), "users");
}
