using MailStore.Plugins.Tests.OverUsers;
using MailStore.Plugins.Tests.Postgres;
using MailStore.Tests;

[assembly: TestCollectionOrderer("MailStore.Plugins.Tests.CollectionOrder", "MailStore.Plugins.Tests")]

namespace MailStore.Plugins.Tests;

public sealed class CollectionOrder() : LongestFirst(nameof(AgentsOverPostgresTests), nameof(AgentsOverLiteDbTests), nameof(LostConnectionTests));
