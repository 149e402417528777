using System.Text.RegularExpressions;
using MailStore.Sdk;

namespace MailStore.S3.Keys;

/// <summary>How a <see cref="Place"/> is written into a user's record.</summary>
internal static partial class PlaceForm
{
    public const int Current = 1;
    public const string Bucket = "bucket";
    public const string Prefix = "prefix";

    private const int MaxPrefix = 700;

    public static Allocation Write(Place place, AllocationContext context) =>
        context.Complete(Current, [new(Bucket, place.Bucket), new(Prefix, place.Prefix)]);

    /// <summary>Reads an allocation; null where it has no values of this form, or such as this module never writes.</summary>
    public static Place? Read(Allocation allocation)
    {
        var bucket = allocation.Values.GetValueOrDefault(Bucket, "");
        var prefix = allocation.Values.GetValueOrDefault(Prefix, "");
        return IsBucket(bucket) && prefix.Length <= MaxPrefix && Segments().IsMatch(prefix) ? new Place(bucket, prefix) : null;
    }

    /// <summary>Whether a bucket can have this name; older buckets at Amazon, and other servers, know capitals and underscores.</summary>
    public static bool IsBucket(string name) => BucketName().IsMatch(name);

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]\z")]
    private static partial Regex BucketName();

    // a dot at the begin of a segment never comes out of the template
    [GeneratedRegex(@"^([A-Za-z0-9_=@-][A-Za-z0-9._=@-]*/)+\z")]
    private static partial Regex Segments();
}
