using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using MailStore.Host.Admin.Doctoring;
using MailStore.Host.Admin.Importing;
using MailStore.Host.Admin.Moving;
using MailStore.Host.Delivery;
using MailStore.Host.Modules;
using MailStore.Sdk;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace MailStore.Host.Admin;

/// <summary>
/// The requests of the admin socket. Names go in the query, never in the path. Lists are one JSON object a line, written as they come.
/// </summary>
internal sealed class AdminApi(
    UserAdministration users, UserReporter reporter, MailReader mails, MailImports imports, UserMover mover, MoveLocks moves, Doctor doctor, UserDirectory directory, ModuleSet modules, ServerStatus status,
    ILogger<AdminApi> logger)
{
    private const int ImportsAtOnce = 64;
    private static readonly byte[] LineFeed = [(byte)'\n'];

    public async Task HandleAsync(HttpContext context)
    {
        try
        {
            await RouteAsync(context, context.RequestAborted);
        }
        catch (Exception e) when (ErrorFor(e) is { } error && !context.Response.HasStarted)
        {
            context.Response.StatusCode = error.ExitCode == ExitCode.NoUser ? StatusCodes.Status404NotFound : StatusCodes.Status422UnprocessableEntity;
            await WriteAsync(context, error, AdminJson.Default.ErrorView);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // whoever asked went away
        }
        // boundary of a request: the server goes on, the one who asked sees a broken answer
        catch (Exception e)
        {
            AdminLog.RequestFailed(logger, e, context.Request.Path);
            context.Abort();
        }
    }

    private Task RouteAsync(HttpContext context, CancellationToken cancellationToken) => (context.Request.Method, context.Request.Path.Value) switch
    {
        ("GET", "/health") => HealthAsync(context, cancellationToken),
        ("GET", "/modules") => ListModulesAsync(context),
        ("GET", "/users") => ListAsync(context, cancellationToken),
        ("POST", "/users") => ImportAsync(context, cancellationToken),
        ("PATCH", "/users") => SetAsync(context, cancellationToken),
        ("DELETE", "/users") => RemoveAsync(context, cancellationToken),
        ("GET", "/users/show") => ShowAsync(context, cancellationToken),
        ("GET", "/users/test") => TestAsync(context, cancellationToken),
        ("POST", "/users/move") => MoveAsync(context, cancellationToken),
        ("POST", "/users/move/hook") => EndHookAsync(context),
        ("GET", "/users/backup") => BackUpAsync(context, cancellationToken),
        ("GET", "/doctor") => ExamineAsync(context, repair: false, cancellationToken),
        ("POST", "/doctor") => ExamineAsync(context, repair: true, cancellationToken),
        ("GET", "/mail") => ListMailAsync(context, cancellationToken),
        ("GET", "/mail/known") => ListKnownAsync(context, cancellationToken),
        ("POST", "/mail/folder") => FindFolderAsync(context, cancellationToken),
        ("POST", "/mail/import") => ImportMailAsync(context, cancellationToken),
        ("GET", "/mail/content") => MailContentAsync(context, cancellationToken),
        _ => throw new AdminException(ExitCode.Software, $"the running server does not know the request {context.Request.Method} {context.Request.Path}; is it of another version?"),
    };

    private async Task HealthAsync(HttpContext context, CancellationToken cancellationToken)
    {
        var views = await Task.WhenAll(modules.Instances.Select(async instance =>
        {
            var health = await instance.CheckHealthAsync(cancellationToken);
            var identity = instance.Identity;
            return new ModuleHealthView(identity.Kind.ToText(), identity.Instance, identity.Module, health.IsHealthy, health.Message);
        }));
        await WriteAsync(context, status.View(views), AdminJson.Default.HealthView);
    }

    /// <summary>What the host knows of its modules, without asking them: a faulted one could not answer.</summary>
    private async Task ListModulesAsync(HttpContext context)
    {
        foreach (var instance in modules.Instances)
            await WriteLineAsync(context, ModuleView.Of(instance, modules.LoadedPlugins), AdminJson.Default.ModuleView);
    }

    private async Task ListAsync(HttpContext context, CancellationToken cancellationToken)
    {
        // told with the first record only
        var counters = await users.CountersAsync(cancellationToken);
        UserView View(UserRecord record) => reporter.View(record) with { Counters = Interlocked.Exchange(ref counters, null) };
        await JsonLines.WriteAsync(
            context, directory.Users.ListAsync(context.Request.Query["prefix"], cancellationToken), View, AdminJson.Default.UserView, cancellationToken);
    }

    /// <summary>One change a line; many at once, so that a database may make them durable together. Answers in the order of the lines.</summary>
    private async Task ImportAsync(HttpContext context, CancellationToken cancellationToken)
    {
        using var lines = new StreamReader(context.Request.Body, Encoding.UTF8);
        var running = new Queue<Task<ImportResult>>();
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        while (await lines.ReadLineAsync(cancellationToken) is { } line)
        {
            var change = Read(line, AdminJson.Default.UserChange);
            if (change.Counters is { } counters)
            {
                // first: no user who comes may get a version that the other database has given
                await DrainAsync();
                await users.RaiseCountersAsync(counters, cancellationToken);
            }

            // of two lines for one name the first is to win, however long it takes
            if (running.Count == ImportsAtOnce || !names.Add(change.Name))
            {
                await DrainAsync();
                names = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { change.Name };
            }

            running.Enqueue(ImportOneAsync(change, cancellationToken));
        }

        await DrainAsync();

        async Task DrainAsync()
        {
            while (running.TryDequeue(out var result))
                await WriteLineAsync(context, await result, AdminJson.Default.ImportResult);
        }
    }

    private async Task<ImportResult> ImportOneAsync(UserChange change, CancellationToken cancellationToken)
    {
        try
        {
            var record = await users.AddAsync(change, cancellationToken);
            return new ImportResult(change.Line, record?.Name ?? change.Name, null, ExitCode.Ok, WasThere: record is null, record is null ? null : reporter.WarningsFor(record, change.Settings.Keys));
        }
        catch (Exception e) when (ErrorFor(e) is { } error)
        {
            return new ImportResult(change.Line, change.Name, error.Error, error.ExitCode);
        }
    }

    private async Task SetAsync(HttpContext context, CancellationToken cancellationToken)
    {
        using var body = new StreamReader(context.Request.Body, Encoding.UTF8);
        var change = Read(await body.ReadToEndAsync(cancellationToken), AdminJson.Default.UserChange);
        var record = await users.SetAsync(change, cancellationToken);
        await WriteAsync(context, reporter.View(record) with { Warnings = reporter.WarningsFor(record, change.Settings.Keys) }, AdminJson.Default.UserView);
    }

    private async Task RemoveAsync(HttpContext context, CancellationToken cancellationToken)
    {
        var mail = Enum.Parse<MailRemoval>(Query(context, "mail"), ignoreCase: true);
        await context.Response.WriteAsync(await users.RemoveAsync(Query(context, "name"), mail, cancellationToken), cancellationToken);
    }

    private async Task ShowAsync(HttpContext context, CancellationToken cancellationToken) =>
        await WriteAsync(context, reporter.ViewInForce(await users.FindAsync(Query(context, "name"), cancellationToken)), AdminJson.Default.UserView);

    private async Task TestAsync(HttpContext context, CancellationToken cancellationToken) =>
        await WriteAsync(context, await reporter.ReportAsync(Query(context, "address"), cancellationToken), AdminJson.Default.UserReport);

    /// <summary>Tells how far it is as it goes on, and at last what came of it, which may be an error.</summary>
    private async Task MoveAsync(HttpContext context, CancellationToken cancellationToken)
    {
        using var body = new StreamReader(context.Request.Body, Encoding.UTF8);
        var request = Read(await body.ReadToEndAsync(cancellationToken), AdminJson.Default.MoveRequest);
        try
        {
            await mover.MoveAsync(request, line => WriteLineAsync(context, line, AdminJson.Default.MoveLine), cancellationToken);
        }
        catch (Exception e) when (ErrorFor(e) is { } error && context.Response.HasStarted)
        {
            await WriteLineAsync(context, new MoveLine { User = request.Name, Error = error.Error, ExitCode = error.ExitCode }, AdminJson.Default.MoveLine);
        }
    }

    private Task EndHookAsync(HttpContext context)
    {
        moves.EndHook(Query(context, "name"));
        return Task.CompletedTask;
    }

    private async Task BackUpAsync(HttpContext context, CancellationToken cancellationToken)
    {
        await using var copy = await users.OpenBackupAsync(cancellationToken);
        context.Response.ContentType = "application/octet-stream";
        await copy.CopyToAsync(context.Response.Body, cancellationToken);
    }

    private async Task ExamineAsync(HttpContext context, bool repair, CancellationToken cancellationToken)
    {
        await foreach (var line in doctor.ExamineAsync(context.Request.Query["name"], repair, cancellationToken))
            await WriteLineAsync(context, line, AdminJson.Default.DoctorLine);
    }

    private async Task ListMailAsync(HttpContext context, CancellationToken cancellationToken)
    {
        if (await mails.OpenMailboxAsync(Query(context, "name"), cancellationToken) is not { } mailbox)
            return;
        await JsonLines.WriteAsync(context, mailbox.ListAsync(cancellationToken), StoredMailView.Of, AdminJson.Default.StoredMailView, cancellationToken);
    }

    private Task ListKnownAsync(HttpContext context, CancellationToken cancellationToken) => JsonLines.WriteAsync(
        context, imports.ListKnownAsync(Query(context, "name"), cancellationToken), known => known, AdminJson.Default.KnownMail, cancellationToken);

    private async Task FindFolderAsync(HttpContext context, CancellationToken cancellationToken) => await WriteAsync(
        context, await imports.FindFolderAsync(Query(context, "name"), Query(context, "folder"), cancellationToken), AdminJson.Default.ImportFolder);

    private async Task ImportMailAsync(HttpContext context, CancellationToken cancellationToken)
    {
        foreach (var result in await imports.ImportAsync(Query(context, "name"), context.Request.BodyReader, cancellationToken))
            await WriteLineAsync(context, result, AdminJson.Default.ImportedMailResult);
    }

    private async Task MailContentAsync(HttpContext context, CancellationToken cancellationToken)
    {
        await using var mail = await mails.OpenMailAsync(Query(context, "name"), Query(context, "id"), cancellationToken);
        context.Response.ContentType = "message/rfc822";
        await mail.CopyToAsync(context.Response.Body, cancellationToken);
    }

    private static ErrorView? ErrorFor(Exception e) => e switch
    {
        AdminException admin => new ErrorView(admin.ExitCode, admin.Message),
        ModuleConfigurationException => new ErrorView(ExitCode.Configuration, e.Message),
        TemporaryFailureException or ModuleFaultException => new ErrorView(ExitCode.TemporaryFailure, e.Message),
        _ => null,
    };

    private static string Query(HttpContext context, string key) =>
        context.Request.Query[key] is [{ Length: > 0 } value] ? value : throw new AdminException(ExitCode.DataError, $"the {key} is empty");

    private static T Read<T>(string json, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(json, type) ?? throw new AdminException(ExitCode.DataError, "the request is empty");
        }
        catch (JsonException e)
        {
            throw new AdminException(ExitCode.DataError, string.Create(CultureInfo.InvariantCulture, $"the request is no JSON of the expected form: {e.Message}"));
        }
    }

    private static Task WriteAsync<T>(HttpContext context, T value, JsonTypeInfo<T> type)
    {
        context.Response.ContentType = "application/json";
        return JsonSerializer.SerializeAsync(context.Response.Body, value, type);
    }

    private static async Task WriteLineAsync<T>(HttpContext context, T value, JsonTypeInfo<T> type)
    {
        if (!context.Response.HasStarted)
            context.Response.ContentType = "application/x-ndjson";
        await JsonSerializer.SerializeAsync(context.Response.Body, value, type, context.RequestAborted);
        await context.Response.Body.WriteAsync(LineFeed, context.RequestAborted);
    }
}
