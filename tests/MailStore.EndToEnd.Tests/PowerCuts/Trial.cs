using System.Globalization;
using MailStore.Tests;

namespace MailStore.EndToEnd.Tests.PowerCuts;

/// <summary>
/// Rounds of load, violence at a random instant, restart and audit, over one store. What the client was not told to be stored it sends again, as an MTA does; and then mail flows to
/// all as before.
/// </summary>
internal sealed class Trial(ModuleCase module, CutDisk disk, Violence violence, CutRow mails, CutRow users)
{
    /// <summary>After so many a store begins anew: the first days of one are the dangerous ones.</summary>
    private const int RoundsAStore = 10;

    /// <summary>Each fifth round, this one first, hits the start instead of the load.</summary>
    private const int RoundOfStart = 3, RoundsAStart = 5;
    private const int MostUsersARound = 30, MostMailsAgain = 8;

    /// <summary>So many are acknowledged in a round before anything befalls the server.</summary>
    private const int MailsUnderWay = 8;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly string[] Creators = ["trial", "lock"];
    private static readonly int[] Crowds = [1, 2, 8, 16];

    private readonly Random _random = new();
    private readonly List<string> _complaints = [];
    private int _stores;

    /// <summary>More of the server's environment.</summary>
    public IReadOnlyDictionary<string, string>? Environment { get; init; }

    /// <summary>Only this many connections, and always at the instant of an acknowledgement: what must be durable by then is hit best so.</summary>
    public bool IsSharp { get; init; }

    /// <summary>What else was wrong; empty if all is well.</summary>
    public IReadOnlyList<string> Complaints => _complaints;

    /// <param name="rounds">How many.</param>
    /// <param name="isEnough">Whether to stop before.</param>
    public async Task RunAsync(int rounds, Func<bool>? isEnough = null)
    {
        for (var left = rounds; left > 0 && isEnough?.Invoke() != true; left -= RoundsAStore)
        {
            if (_stores > 0)
                await disk.FormatAsync();
            using var place = new TestPlace(data: Path.Combine(disk.Directory, "data"));
            // both creators, and neither of them always with the same file system
            var creator = Creators[(_stores++ + (disk.Kind == "xfs" ? 1 : 0) + (module.Mda == "litedb" ? 1 : 0)) % Creators.Length];
            await using var store = await MailStoreOnDisk.MakeAsync(disk, place, module, creator, Environment);
            await RunAsync(store, Math.Min(left, RoundsAStore), isEnough);
        }
    }

    private async Task RunAsync(MailStoreOnDisk store, int rounds, Func<bool>? isEnough)
    {
        var ledger = new Ledger();
        var pool = new UserPool(ledger);
        var audit = new StoreAudit(disk, store, module, ledger, mails, users);
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(30));
        await store.StartAsync();
        for (var round = 1; round <= rounds && isEnough?.Invoke() != true; round++)
        {
            var touched = round % RoundsAStart == RoundOfStart ? await HitTheStartAsync(store) : await HitTheLoadAsync(store, ledger, pool, patience.Token);
            mails.Cuts++;
            await store.StartAsync();
            await audit.RunAsync(patience.Token);
            await SendAgainAsync(store, ledger, touched, patience.Token);
        }

        await audit.RunAsync(patience.Token);
        await store.KillAllAsync();
        users.Cuts = mails.Cuts;
        mails.Repaired += store.LoggedRepairs("mail file") + store.LoggedRepairs("which a crash left") + store.LoggedReplays();
        users.Repaired += store.LoggedRepairs("user database");
        mails.Acknowledged += ledger.Mails.Count(mail => mail.IsAcknowledged);
        users.Acknowledged += ledger.Users.Count(user => user.IsAcknowledged);
        _complaints.AddRange(ledger.Complaints);
    }

    private async Task<IReadOnlyList<string>> HitTheStartAsync(MailStoreOnDisk store)
    {
        await store.KillAsync();
        await store.LaunchAsync();
        await Task.Delay(_random.Next(800));
        await StrikeAsync(store);
        return [];
    }

    private async Task<IReadOnlyList<string>> HitTheLoadAsync(MailStoreOnDisk store, Ledger ledger, UserPool pool, CancellationToken cancellationToken)
    {
        using (var admin = store.Connect())
            await pool.AddAsync(admin, 4, cancellationToken);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var isSharp = IsSharp || _random.Next(2) == 0;
        var isArmed = 0;
        var acknowledged = 0;
        var isUnderWay = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var struck = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var load = new MailLoad(store.EndPoint, ledger, () => pool.Known, IsSharp ? 1 : Crowds[_random.Next(Crowds.Length)], _random.Next(), () =>
        {
            if (Interlocked.Increment(ref acknowledged) == MailsUnderWay)
                isUnderWay.SetResult();
            // here: nothing comes between the acknowledgement and the cut
            if (Interlocked.CompareExchange(ref isArmed, 0, 1) != 1)
                return;
            if (violence == Violence.PowerCut)
                disk.Cut();
            struck.SetResult();
        });
        load.Start();
        var adding = pool.AddSlowlyAsync(store.AdminSocket, MostUsersARound, end.Token);
        // however slow the machine is at the moment
        await isUnderWay.Task.WaitAsync(Patience, cancellationToken);
        await Task.Delay(_random.Next(800), cancellationToken);
        if (isSharp)
        {
            Volatile.Write(ref isArmed, 1);
            await struck.Task.WaitAsync(Patience, cancellationToken);
        }

        await StrikeAsync(store, isCut: isSharp);
        await load.StopAsync();
        await end.CancelAsync();
        await adding;
        return [.. load.Touched];
    }

    private async Task StrikeAsync(MailStoreOnDisk store, bool isCut = false)
    {
        if (violence == Violence.Kill)
        {
            await store.KillAsync();
            return;
        }

        if (!isCut)
            disk.Cut();
        // a server on a dead disk: what it says now counts as well
        await Task.Delay(_random.Next(80));
        await store.KillAllAsync();
        await disk.RestoreAsync();
    }

    /// <summary>As an MTA does with all that it was not told of; some that were acknowledged besides; and a new one for each who got any.</summary>
    private async Task SendAgainAsync(MailStoreOnDisk store, Ledger ledger, IReadOnlyList<string> touched, CancellationToken cancellationToken)
    {
        var doubtful = ledger.Mails.Where(mail => !mail.IsAcknowledged).ToList();
        var repeats = ledger.Mails.Where(mail => mail is { IsAcknowledged: true, IsCounted: false }).TakeLast(MostMailsAgain).ToList();
        await using var client = await LmtpClient.ConnectAsync(store.EndPoint, cancellationToken);
        foreach (var mail in doubtful.Concat(repeats))
        {
            var reply = Assert.Single(await client.SendMailAsync("sender@example.net", [mail.User], TestMail.Make(mail.Id, mail.Size), cancellationToken));
            if (reply.Code != 250)
            {
                ledger.Complain($"{mail.Id} for {mail.User}, sent again after the restart: {reply}");
                continue;
            }

            // who says that it is there must have it; and after a kill this is no matter of luck
            var isRemembered = reply.Text.Contains("stored before", StringComparison.Ordinal);
            if (!isRemembered)
                mail.AllowCopy();
            if (!isRemembered && mail.IsAcknowledged && violence == Violence.Kill)
                ledger.Complain($"{mail.Id} for {mail.User} was acknowledged, and is stored a second time after a kill");
            mail.IsAcknowledged = true;
        }

        foreach (var user in touched)
        {
            var mail = ledger.Note([user], 500, out var content)[0];
            var reply = Assert.Single(await client.SendMailAsync("sender@example.net", [user], content, cancellationToken));
            mail.IsAcknowledged = reply.Code == 250;
            if (!mail.IsAcknowledged)
                ledger.Complain($"the next mail for {user}: {reply}; the log: {Tail(store.Log)}");
        }
    }

    private static string Tail(string log) => string.Join('\n', log.Split('\n').TakeLast(20));
}
