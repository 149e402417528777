using MailStore.Host.Admin;
using MailStore.Host.Admin.Doctoring;
using MailStore.Host.Admin.Importing;
using MailStore.Host.Admin.Moving;
using MailStore.Host.Configuration;
using MailStore.Host.Delivery;
using MailStore.Host.Lmtp;
using MailStore.Host.Modules;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace MailStore.Host.Commands;

/// <summary>The parts of the server put together: modules, delivery, LMTP, admin socket. Started once, disposed once.</summary>
internal sealed class MailServer : IAsyncDisposable
{
    private readonly ModuleSet _modules;
    private readonly DeliveryService _delivery;
    private AdminServer? _admin;
    private LmtpServer? _lmtp;

    private MailServer(ModuleSet modules, DeliveryService delivery)
    {
        _modules = modules;
        _delivery = delivery;
    }

    public IDelivery Delivery => _delivery;

    /// <summary>Where LMTP is spoken, as <c>127.0.0.1:2424</c> or <c>unix:/path</c>.</summary>
    public IReadOnlyList<string> Listening => _lmtp is null ? [] : [.. _lmtp.EndPoints.Select(endPoint => endPoint is System.Net.Sockets.UnixDomainSocketEndPoint ? $"unix:{endPoint}" : endPoint.ToString()!)];

    /// <summary>See <see cref="LmtpServer.ReloadCertificates"/>.</summary>
    public void ReloadCertificates() => _lmtp?.ReloadCertificates();

    /// <exception cref="ConfigurationException">The configuration, or a module that it names, cannot be used.</exception>
    /// <exception cref="ListenException">An address is taken.</exception>
    public static async Task<MailServer> StartAsync(
        MailServerOptions options, ILoggerFactory loggerFactory, TimeProvider clock, CancellationToken cancellationToken)
    {
        var configuration = options.Configuration;
        DataDirectory.Prepare(configuration);
        // on another processor
        var admin = options.ServeAdmin ? Task.Run(() => AdminServer.Prepare(options.AdminSocket, loggerFactory), CancellationToken.None) : null;
        try
        {
            return await StartAsync(options, admin, loggerFactory, clock, cancellationToken);
        }
        catch
        {
            await AbandonAsync(admin);
            throw;
        }
    }

    private static async Task<MailServer> StartAsync(
        MailServerOptions options, Task<WebApplication>? admin, ILoggerFactory loggerFactory, TimeProvider clock, CancellationToken cancellationToken)
    {
        var configuration = options.Configuration;
        var roster = UnhandledExceptions.Watch(loggerFactory, clock).Roster;
        var modules = ModuleSet.Load(configuration, loggerFactory, clock, roster);
        var directory = new UserDirectory(configuration, modules);
        var delivery = new DeliveryService(configuration, modules, directory, loggerFactory.CreateLogger<DeliveryService>(), clock, options.Witness);
        var server = new MailServer(modules, delivery);
        try
        {
            await modules.StartAsync(cancellationToken);
            var status = new ServerStatus(clock);
            if (admin is not null)
            {
                var moves = new MoveLocks(modules, clock);
                var users = new UserAdministration(configuration, directory, [.. modules.Mdas.Keys], moves);
                var drain = new MoveDrain(configuration.Options, modules, delivery.UnderWay, clock);
                var mover = new UserMover(users, directory, modules, moves, drain, delivery, loggerFactory.CreateLogger<UserMover>(), clock);
                var api = new AdminApi(
                    users, new UserReporter(configuration, directory, delivery), new MailReader(users, directory),
                    new MailImports(users, directory, modules, moves, delivery, clock), mover, moves,
                    new Doctor(configuration, users, directory, modules, moves, clock), directory, modules, status,
                    loggerFactory.CreateLogger<AdminApi>());
                server._admin = await AdminServer.StartAsync(await admin, options.AdminSocket, api, cancellationToken);
            }

            // last: whoever connects finds everything ready
            if (options.SpeakLmtp)
            {
                server._lmtp = new LmtpServer(configuration.Options.Lmtp, configuration.DataDirectory, delivery, loggerFactory, clock) { Inherited = options.Inherited };
                await server._lmtp.StartAsync(cancellationToken);
                status.Listening = server.Listening;
            }

            // nobody waits for what is broken and not needed
            _ = Task.Run(modules.TellBroken, cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Of a server that came to no start; also one that was prepared, started and disposed already.</summary>
    private static async Task AbandonAsync(Task<WebApplication>? admin)
    {
        try
        {
            if (admin is not null)
                await (await admin).DisposeAsync();
        }
        catch (AdminException)
        {
            // what kept the server from starting is the one to tell
        }
    }

    /// <summary>No new transactions; those under way finish; then the modules are stopped.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_lmtp is not null)
            {
                await _lmtp.StopAsync(CancellationToken.None);
                await _lmtp.DisposeAsync();
            }

            if (_admin is not null)
                await _admin.DisposeAsync();
        }
        finally
        {
            // a delivery that was given up may still come back while its module is stopped: what is stored then is noted
            await _modules.DisposeAsync();
            _delivery.Dispose();
        }
    }
}
