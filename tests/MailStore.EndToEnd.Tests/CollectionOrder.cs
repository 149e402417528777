using MailStore.EndToEnd.Tests.Authors;
using MailStore.EndToEnd.Tests.Faults;
using MailStore.EndToEnd.Tests.Formats;
using MailStore.EndToEnd.Tests.Moving;
using MailStore.EndToEnd.Tests.Mtas;
using MailStore.EndToEnd.Tests.Packaging;
using MailStore.Tests;

[assembly: TestCollectionOrderer("MailStore.EndToEnd.Tests.CollectionOrder", "MailStore.EndToEnd.Tests")]

namespace MailStore.EndToEnd.Tests;

public sealed class CollectionOrder()
    : LongestFirst(AuthorsCollection.Name, MtaCollection.Name, nameof(ClusterMoveTests), FormatsCollection.Name, PackagingCollection.Name, nameof(DeliveryFaultTests));
