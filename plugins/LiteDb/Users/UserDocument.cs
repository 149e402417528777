using System.Collections.Immutable;
using LiteDB;
using MailStore.Sdk;

namespace MailStore.LiteDb.Users;

/// <summary>
/// A user's record as a document: <c>{ _id: key, v: version, d: the rest, serialised }</c>, the rest being
/// <c>{ s: [key, value, …], a: { id, mda, form, v: [key, value, …] } }</c>. Pairs stand in arrays, because the names in a document of LiteDB ignore letter case.
/// </summary>
/// <remarks>
/// The rest is serialised here, in one buffer, and given to LiteDB as bytes. Text that crosses from page to page would go through LiteDB's pool of
/// buffers, which in 5.0.20 hands out arrays that are too short, once some that were rented did not come back because of a fault of the disk.
/// </remarks>
internal static class UserDocument
{
    public static BsonDocument From(UserRecord user)
    {
        var rest = new BsonDocument();
        if (user.Settings.Count > 0)
            rest["s"] = From(user.Settings);
        if (user.Allocation is { } allocation)
            rest["a"] = new BsonDocument { ["id"] = allocation.Id, ["mda"] = allocation.Mda, ["form"] = allocation.Form, ["v"] = From(allocation.Values) };
        return new BsonDocument { ["_id"] = UserKey.Of(user.Name), ["v"] = user.Version, ["d"] = BsonSerializer.Serialize(rest) };
    }

    public static UserRecord ToUser(BsonDocument document)
    {
        var rest = BsonSerializer.Deserialize(document["d"].AsBinary);
        return new UserRecord
        {
            Name = UserKey.NameOf(document["_id"]),
            Version = document["v"].AsInt64,
            Settings = ToPairs(rest["s"]),
            Allocation = rest["a"] is BsonDocument allocation
                ? new Allocation
                {
                    Id = allocation["id"].AsString,
                    Mda = allocation["mda"].AsString,
                    Form = allocation["form"].AsInt32,
                    Values = ToPairs(allocation["v"]),
                }
                : null,
        };
    }

    private static BsonArray From(ImmutableSortedDictionary<string, string> pairs)
    {
        var array = new BsonArray();
        foreach (var (key, value) in pairs)
        {
            array.Add(key);
            array.Add(value);
        }

        return array;
    }

    private static ImmutableSortedDictionary<string, string> ToPairs(BsonValue value)
    {
        var pairs = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        if (value is BsonArray array)
        {
            for (var i = 0; i + 1 < array.Count; i += 2)
                pairs.Add(array[i].AsString, array[i + 1].AsString);
        }

        return pairs.ToImmutable();
    }
}
