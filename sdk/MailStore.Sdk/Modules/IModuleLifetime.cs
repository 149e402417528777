namespace MailStore.Sdk;

/// <summary>
/// Implemented by a module that has something to open before its first call and to close after its last one.
/// A module may implement <see cref="IAsyncDisposable"/> or <see cref="IDisposable"/> besides; that is called after <see cref="StopAsync"/>.
/// </summary>
public interface IModuleLifetime
{
    /// <summary>
    /// Opens what the module needs. Called once, before any other call but the constructor. User databases are started before MDAs.
    /// </summary>
    /// <param name="cancellationToken">Cancelled when the start is given up; what was opened must then be closed again.</param>
    /// <exception cref="ModuleConfigurationException">The configuration or the place does not allow a start; stops the server's start with that message.</exception>
    /// <exception cref="TemporaryFailureException">What the module needs is not there now; stops the server's start, and its supervisor may try again.</exception>
    ValueTask StartAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Closes what <see cref="StartAsync"/> opened. Called once, after all other calls have come back or were given up, also when
    /// <see cref="StartAsync"/> failed half-way. All that was acknowledged is durable already: nothing may depend on this call.
    /// </summary>
    /// <param name="cancellationToken">Cancelled when the server will wait no longer.</param>
    ValueTask StopAsync(CancellationToken cancellationToken);
}
