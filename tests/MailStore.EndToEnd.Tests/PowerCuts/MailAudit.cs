namespace MailStore.EndToEnd.Tests.PowerCuts;

/// <summary>Holds all that readers see against what was sent and promised. For one look at the whole store.</summary>
internal sealed class MailAudit(Ledger ledger, CutRow row)
{
    private readonly Dictionary<SentMail, int> _copies = [];

    /// <summary>Takes a look at one stored mail.</summary>
    /// <param name="user">In whose mailbox it is.</param>
    /// <param name="place">Where, for messages.</param>
    /// <param name="stored">All of it.</param>
    public void See(string user, string place, byte[] stored)
    {
        var mail = TestMail.FindId(stored) is { } id ? ledger.Find(id, user) : null;
        if (mail is not null && TestMail.IsWhole(stored, mail))
            _copies[mail] = _copies.GetValueOrDefault(mail) + 1;
        else if (ledger.IsNews(place))
        {
            row.Torn++;
            ledger.Complain($"torn: {place}, {stored.Length} bytes{(mail is null ? ", no mail that was ever sent to this user" : $" of {mail.Length} and headers, {(mail.IsAcknowledged ? "" : "not ")}acknowledged")}");
        }
    }

    /// <summary>All was seen: what is missing is lost.</summary>
    public void End()
    {
        foreach (var mail in ledger.Mails.Where(mail => !mail.IsCounted))
        {
            var copies = _copies.GetValueOrDefault(mail);
            mail.IsCounted = (mail.IsAcknowledged && copies == 0) || copies > mail.Copies;
            if (mail.IsAcknowledged && copies == 0)
            {
                row.Lost++;
                ledger.Complain($"lost: {mail.Id} for {mail.User}, {mail.Length} bytes");
            }
            else if (copies > mail.Copies)
            {
                row.Doubled++;
                ledger.Complain($"doubled: {mail.Id} for {mail.User} is there {copies} times");
            }
        }
    }
}
