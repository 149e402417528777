namespace MailStore.S3.Keys;

/// <summary>Where one life of a user has all that is his.</summary>
/// <param name="Bucket">The bucket.</param>
/// <param name="Prefix">What all his keys begin with; ends in a slash.</param>
internal readonly record struct Place(string Bucket, string Prefix)
{
    /// <summary>The object that says whose the place is. Sorts before all mail.</summary>
    public string Marker => Prefix + ".mailstore";

    public override string ToString() => $"{Bucket}/{Prefix}";
}
