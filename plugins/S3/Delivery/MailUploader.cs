using Amazon.S3;
using Amazon.S3.Model;
using MailStore.S3.Client;
using MailStore.S3.Keys;
using MailStore.Sdk;

namespace MailStore.S3.Delivery;

/// <summary>Stores mails.</summary>
/// <remarks>
/// The commit point is the request that makes the object: PUT, or the completion of an upload in parts. Before it, cancellation leaves nothing. From it
/// on the answer of the server decides, and where there is none, <see cref="Withdrawals"/> sees to it that no reader ever sees the mail.
/// </remarks>
internal sealed class MailUploader(IAmazonS3 client, Caller caller, S3Options options, Conditions conditions, Withdrawals withdrawals, TimeProvider clock)
{
    // above the usual time of a request, below that in which a host wants to see a cancellation heeded
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);

    // what is there is somebody else's: nothing is put over it
    private const string NotOurs = "NotOurs";

    private readonly UploadMemory _memory = new(options.UploadMemory.Bytes);
    private readonly PartsUploader _parts = new(client, caller, options);

    /// <summary>Stores a mail; it is durable when this comes back.</summary>
    /// <exception cref="CallException">It is not stored, and will not be.</exception>
    /// <exception cref="IOException">The mail could not be read.</exception>
    public async Task StoreAsync(Place place, string key, Mail mail, CancellationToken cancellationToken)
    {
        var deadline = caller.NewDeadline();
        var target = new Target(place.Bucket, place.Prefix + key, mail);
        var isWhole = mail.Size <= options.PartSize.Bytes;
        var length = isWhole ? (int)mail.Size : (int)options.PartSize.Bytes;
        using var room = await _memory.TakeAsync(length, cancellationToken);
        using var piece = new Piece(length);
        if (isWhole)
            await PutAsync(target, piece, deadline, cancellationToken);
        else
            await PutPartsAsync(target, piece, deadline, cancellationToken);
    }

    private async Task PutAsync(Target target, Piece piece, Deadline deadline, CancellationToken cancellationToken)
    {
        await using (var stream = target.Mail.OpenRead())
            await piece.FillAsync(stream, (int)target.Mail.Size, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();

        await CommitAsync(target, async token =>
        {
            try
            {
                var answer = await caller.RunAsync("store", target.ToString(), attempt => PutOnceAsync(target, piece, attempt), deadline, token);
                ExpectTag(piece.IsTag(answer.ETag, answer.ServerSideEncryptionMethod), target);
            }
            catch (CallException e) when (e.IsRefusedByCondition)
            {
                // an attempt without an answer was carried out: the key is of this delivery alone. Whose the object is stands in it all the same.
                await ExpectOursAsync(target, token);
            }
        }, cancellationToken);
    }

    private async Task<PutObjectResponse> PutOnceAsync(Target target, Piece piece, CancellationToken cancellationToken)
    {
        using var body = piece.ToStream();
        var request = new PutObjectRequest
        {
            BucketName = target.Bucket,
            Key = target.Key,
            InputStream = body,
            AutoCloseStream = false,
            // signed as a whole: other servers do not know the signed chunks of the SDK
            UseChunkEncoding = false,
            MD5Digest = piece.Md5,
            ContentType = Envelope.ContentType,
            IfNoneMatch = conditions.AreHonoured ? "*" : null,
        };
        Envelope.Write(target.Mail, request.Metadata);
        if (options.StorageClass.Length > 0)
            request.StorageClass = new S3StorageClass(options.StorageClass);
        return await client.PutObjectAsync(options.Encrypt(request), cancellationToken);
    }

    private async Task PutPartsAsync(Target target, Piece piece, Deadline deadline, CancellationToken cancellationToken)
    {
        var upload = await _parts.UploadAsync(target, piece, deadline, cancellationToken);
        await CommitAsync(target with { UploadId = upload.Id }, async token =>
        {
            try
            {
                await _parts.CompleteAsync(target, upload, deadline, token);
            }
            catch (CallException e) when (e.IsNotFound)
            {
                // there is no such upload any more: an attempt without an answer has completed it
                await ExpectOursAsync(target, token);
            }
        }, cancellationToken);
    }

    // From here on the mail may come to be at any moment.
    private async Task CommitAsync(Target target, Func<CancellationToken, Task> commit, CancellationToken cancellationToken)
    {
        using var patience = new Patience(Grace, clock, cancellationToken);
        try
        {
            await commit(patience.Token);
        }
        catch (OperationCanceledException)
        {
            await withdrawals.WithdrawAsync(new Withdrawal(target.Bucket, target.Key, target.UploadId));
            cancellationToken.ThrowIfCancellationRequested();
            throw;
        }
        catch (CallException e) when (e.Code != NotOurs && (e.IsUncertain || target.UploadId is not null))
        {
            await withdrawals.WithdrawAsync(new Withdrawal(target.Bucket, target.Key, target.UploadId));
            throw;
        }
    }

    private async Task ExpectOursAsync(Target target, CancellationToken cancellationToken)
    {
        var head = await new Bucket(client, caller, target.Bucket).HeadAsync(target.Key, cancellationToken);
        if (head?.ContentLength != target.Mail.Size || head.Metadata[Envelope.Token] != Envelope.TokenOf(target.Mail))
        {
            var message = $"{target}: the server refused to store it, and {(head is null ? "nothing" : "another object")} is there";
            throw new CallException(message, new InvalidDataException(message)) { Code = NotOurs };
        }
    }

    private static void ExpectTag(bool isRight, Target target)
    {
        if (!isRight)
        {
            var message = $"{target}: the server's checksum of what it stored is another one";
            throw new CallException(message, new InvalidDataException(message)) { IsUncertain = true };
        }
    }
}
