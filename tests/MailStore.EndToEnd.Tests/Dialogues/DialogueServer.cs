using MailStore.Dialogues;

namespace MailStore.EndToEnd.Tests.Dialogues;

/// <summary>The server that the dialogues are held with, and the users whom they speak of.</summary>
public class DialogueServer : IAsyncLifetime, IDisposable
{
    /// <summary>A limit that the dialogues know, and enough connections for what wants many. Each dialogue is held in three ways, of which none is a repeat of another.</summary>
    private const string Configuration = """
        [delivery]
        repeat_window = "0s"

        [lmtp]
        listen = ["127.0.0.1:0"]
        max_message_size = "3M"
        """;

    private static readonly string[] Users = ["alice", "bob", "carol", "full", "disabled"];

    private readonly TestPlace _place = new();
    private ServerProcess _server = null!;

    /// <summary>What the server is told to offer besides.</summary>
    protected virtual string Extensions => "dsn = true\ntls_certificate = \"../tls.pem\"\nxforward_clients = [\"127.0.0.1\"]\nxclient_clients = [\"127.0.0.1\"]\n";

    internal static IReadOnlyList<Dialogue> Dialogues { get; } = DialogueReader.ReadAll();

    internal Target Target { get; private set; } = null!;

    internal ServerProcess Server => _server;

    public async Task InitializeAsync()
    {
        TestCertificate.Write(Path.Combine(_place.Directory, "tls.pem"));
        _place.Configure($"{Configuration}\n{Extensions}", MailStoreProgram.ModulesDirectory);
        await _place.AddUsersAsync(["alice@example.org", "bob@example.org", "carol@example.org", "full@example.org quota=1000", "disabled@example.org enabled=false"]);
        _server = await ServerProcess.StartAsync(_place);
        Target = await Target.AskAsync(_server.EndPoint, CancellationToken.None) with { IsMailStore = true };
    }

    public async Task DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
    }

    public void Dispose()
    {
        _place.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The mails that came since the last time, by recipient, without the headers that MailStore adds. They are gone then.</summary>
    internal IReadOnlyList<(string Recipient, byte[] Mail)> TakeStored()
    {
        var stored = new List<(string, byte[])>();
        foreach (var user in Users.Select(name => $"{name}@example.org"))
        {
            foreach (var file in StoredMaildir.Files(_place.MaildirOf(user)))
            {
                stored.Add((user, StoredMaildir.Open(file).Mail));
                File.Delete(file);
            }
        }

        return stored;
    }
}
