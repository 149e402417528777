using Amazon.S3;
using MailStore.S3.Client;
using MailStore.S3.Delivery;
using MailStore.S3.Keys;
using MailStore.S3.Places;

namespace MailStore.S3;

/// <summary>What all mailboxes of an instance share.</summary>
internal sealed record S3Services(IAmazonS3 Client, Caller Caller, S3Options Options, TimeProvider Clock, Conditions Conditions, MailUploader Uploader, PlaceRemover Remover)
{
    public Bucket BucketOf(Place place) => new(Client, Caller, place.Bucket);
}
