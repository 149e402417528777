using System.Diagnostics;
using System.Net;
using MailStore.EndToEnd.Tests.Formats;
using MailStore.Tests.Formats;
using MailStore.Tests.Servers;

namespace MailStore.EndToEnd.Tests.Moving;

/// <summary>The mover and the server are killed again and again in the middle of moves, while mail comes.</summary>
[Collection(FormatsCollection.Name)]
public sealed class KilledMoveTests(FormatsFixture fixture)
{
    private const int Connections = 4;
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("MAILSTORE_TESTS_LONG") == "1";
    private static readonly int Kills = IsLong ? 50 : 6;
    private static readonly int UserCount = IsLong ? 40 : 8;

    [FormatTheory, InlineData("litedb postgres other s3 mbox maildir")]
    public async Task Run_again_after_each_kill_every_mail_is_there_once(string way)
    {
        var port = FreePort.Take();
        var mdas = way.Split(' ');
        using var place = new TestPlace($"""
            [lmtp]
            listen = ["127.0.0.1:{port}"]

            {string.Join("\n\n", mdas.Where(mda => mda != "other").Select(mda => $"[mda.{mda}]\n{StorageFormat.Of(mda).Options(fixture.Servers)}"))}

            [mda.other]
            module = "maildir"
            path = "other/{"{user}"}"

            """);
        var users = Enumerable.Range(0, UserCount).Select(SentMail.UserName).ToList();
        await place.AddUsersAsync(users);
        var random = new Random(7);
        var server = await ServerProcess.StartAsync(place);
        var (kills, round) = (0, 0);
        try
        {
            await using var pump = new MailPump("during", _ => new IPEndPoint(IPAddress.Loopback, port), users, Connections);
            while (pump.Taken.Count < UserCount * 10)
                await Task.Delay(50);
            while (kills < Kills)
            {
                var mda = mdas[round++ % mdas.Length];
                for (var isOver = false; !isOver;)
                {
                    var mover = Move(place, mda);
                    var isKilled = kills < Kills && !mover.WaitForExit(random.Next(300, 2500));
                    if (isKilled && kills++ % 2 == 0)
                    {
                        mover.Kill();
                    }
                    else if (isKilled)
                    {
                        await server.KillAsync();
                        await server.DisposeAsync();
                        server = await ServerProcess.StartAsync(place);
                    }

                    await mover.WaitForExitAsync();
                    isOver = mover.ExitCode == 0;
                    mover.Dispose();
                }
            }

            await pump.StopAsync();
            var audit = new MoveAudit(place, users);
            await audit.CheckAsync(mdas[(round - 1) % mdas.Length], pump.Taken, pump.Unsure);
            await audit.IsCleanAsync();
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    private static Process Move(TestPlace place, string mda)
    {
        var mover = Process.Start(MailStoreProgram.StartInfo(place.Directory, ["user", "move", "--all", "--mda", mda, "--json"]))!;
        // who is killed has written something nobody reads
        mover.OutputDataReceived += (_, _) => { };
        mover.ErrorDataReceived += (_, _) => { };
        mover.BeginOutputReadLine();
        mover.BeginErrorReadLine();
        return mover;
    }
}
