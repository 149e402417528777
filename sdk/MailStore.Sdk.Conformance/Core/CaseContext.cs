using System.Globalization;

namespace MailStore.Sdk.Conformance;

/// <summary>What a case works with: the module, a scratch place, chance, and the word for what is going on.</summary>
internal sealed class CaseContext<TUnderTest>(TUnderTest module, ConformanceOptions options, CancellationToken cancellationToken)
{
    private readonly Stack<Func<ValueTask>> _cleanUps = [];

    public TUnderTest Module => module;

    public CancellationToken CancellationToken => cancellationToken;

    /// <summary>Multiplies the length of storms and random sequences.</summary>
    public int Effort => Math.Max(1, options.Effort);

    public int Seed { get; } = options.Seed ?? Random.Shared.Next();

    /// <summary>What the module is being asked at the moment, for the message when it throws or never comes back.</summary>
    public string Doing { get; private set; } = "the case";

    /// <summary>Notes what is going on: <c>context.Step("DeliverAsync of an empty mail")</c>.</summary>
    public void Step(string doing) => Doing = doing;

    /// <summary>A new data directory, removed after the case.</summary>
    public ModuleContext NewPlace()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"conformance-{Guid.CreateVersion7():n}");
        var path = Directory.CreateDirectory(
            Path.Combine(options.ScratchDirectory, name), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
        CleanUp(() =>
        {
            Directory.Delete(path, recursive: true);
            return default;
        });
        return new ModuleContext("conformance", path);
    }

    /// <summary>Has something done after the case, last come first done.</summary>
    public void CleanUp(Func<ValueTask> action)
    {
        lock (_cleanUps)
            _cleanUps.Push(action);
    }

    public async ValueTask CleanUpAsync()
    {
        while (true)
        {
            Func<ValueTask>? action;
            lock (_cleanUps)
            {
                if (!_cleanUps.TryPop(out action))
                    return;
            }

            try
            {
                await action().ConfigureAwait(false);
            }
            catch (Exception) // the case has its verdict; what the module says at its end is the business of the cases about its life
            {
            }
        }
    }
}
