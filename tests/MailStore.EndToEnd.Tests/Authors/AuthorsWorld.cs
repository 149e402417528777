namespace MailStore.EndToEnd.Tests.Authors;

/// <summary>What the tests of this collection share, since it takes its time to make: the packages, an author's machine, and an installed host.</summary>
public sealed class AuthorsWorld : IAsyncLifetime
{
    private AuthorPlace? _author;
    private InstalledHost? _host;

    public PackedPackages Packages { get; } = new();

    public Task InitializeAsync() => Packages.PackAsync();

    /// <summary>A machine where the templates are installed, and a second LiteDB can be had. Each test makes a module of another name.</summary>
    internal async Task<AuthorPlace> AuthorAsync()
    {
        if (_author is null)
        {
            _author = await AuthorPlace.MakeAsync(Packages, OtherLiteDb.Id);
            await OtherLiteDb.PackAsync(_author);
            await _author.InstallTemplatesAsync();
        }

        return _author;
    }

    /// <summary>One for all: what others drop into its modules.d, and a configuration does not name, makes no difference.</summary>
    internal async Task<InstalledHost> HostAsync() => _host ??= await InstalledHost.InstallAsync();

    public Task DisposeAsync()
    {
        _host?.Dispose();
        _author?.Dispose();
        Packages.Dispose();
        return Task.CompletedTask;
    }
}
