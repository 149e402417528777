namespace MailStore.S3.Keys;

/// <summary>Where one life of a user has all that is his.</summary>
/// <param name="Bucket">The bucket.</param>
/// <param name="Prefix">What all his keys begin with; ends in a slash.</param>
internal readonly record struct Place(string Bucket, string Prefix)
{
    /// <summary>The object that says whose the place is. Sorts before all mail.</summary>
    public string Marker => Prefix + ".mailstore";

    /// <summary>The version of the user's record that it was allocated for: the last segment, up to what may follow it.</summary>
    public string Life
    {
        get
        {
            var last = Prefix[(Prefix.LastIndexOf('/', Prefix.Length - 2) + 1)..^1];
            return last.IndexOf('-', StringComparison.Ordinal) is >= 0 and var end ? last[..end] : last;
        }
    }

    public override string ToString() => $"{Bucket}/{Prefix}";
}
