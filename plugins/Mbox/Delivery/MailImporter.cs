using System.Runtime.ExceptionServices;
using MailStore.Mbox.Format;
using MailStore.Mbox.Places;
using MailStore.Sdk;

namespace MailStore.Mbox.Delivery;

/// <summary>Imports mails into one file: as deliveries that no quota refuses, in order, and as a rule all by one sync.</summary>
internal sealed class MailImporter(MailboxPlace place, Box box, BoxServices services)
{
    public async Task<IReadOnlyList<DeliveryResult>> ImportAsync(IReadOnlyList<Mail> mails, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var results = new DeliveryResult?[mails.Count];
        var requests = new List<(int Index, DeliveryRequest Request)>();
        for (var i = 0; i < mails.Count; i++)
        {
            try
            {
                var encoded = await EncodedMail.PrepareAsync(mails[i], cancellationToken);
                requests.Add((i, new DeliveryRequest(place, default, encoded, services.Clock.GetTimestamp(), cancellationToken)));
            }
            catch (UnreadableMailException e)
            {
                results[i] = DeliveryResult.TemporaryFailure($"the mail for {place.File} could not be read: {e.Message}");
            }
        }

        box.Deliver(requests.ConvertAll(mail => mail.Request));
        Exception? fault = null;
        foreach (var (index, request) in requests)
        {
            try
            {
                results[index] = await request.Task;
            }
            catch (OperationCanceledException)
            {
                // others of the call may have been taken before
            }
            catch (Exception e) // whatever became of one batch: what another one has stored must be told, or it is imported again
            {
                fault ??= e;
            }
        }

        if (results.Contains(null) && results.All(result => result?.Status != DeliveryStatus.Stored))
        {
            if (fault is not null)
                ExceptionDispatchInfo.Throw(fault);
            throw new OperationCanceledException(cancellationToken);
        }

        var reason = fault is null ? "was cancelled before this mail was stored" : $"failed before this mail was stored: {fault.Message}";
        return [.. results.Select(result => result ?? DeliveryResult.TemporaryFailure($"the import into {place.File} {reason}"))];
    }
}
