using System.Collections.Concurrent;
using MailStore.Sdk;
using Microsoft.Extensions.Logging;

namespace MailStore.LiteDb.Mails.Files;

/// <summary>
/// All mail files in use. Some threads serve them, each a file at a time, so that blocking takes no thread of the host, and however many users there are, there are
/// no more threads. As many files stay open as are configured; beyond that, the one that was used the longest ago is closed, and so is each that was
/// not used for a while. Its lock is held for what happens in memory only.
/// </summary>
internal sealed class MailFiles : IAsyncDisposable
{
    private const int MaxThreads = 16;
    private const int MaxBatch = 256;
    private const long MaxBatchBytes = 8 << 20;

    private readonly IMailFileOpener _opener;
    private readonly LiteDbAgentOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    // open and not in use, the one that was used the longest ago first
    private readonly LinkedList<Entry> _idle = [];
    private readonly BlockingCollection<Entry> _ready = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ITimer _timer;
    private int _threads;
    private int _freeThreads;
    private int _open;
    private bool _isStopping;
    private volatile bool _isInHurry;

    public MailFiles(IMailFileOpener opener, LiteDbAgentOptions options, TimeProvider clock, ILogger logger)
    {
        _opener = opener;
        _options = options;
        _clock = clock;
        _logger = logger;
        _timer = clock.CreateTimer(static files => ((MailFiles)files!).CloseIdle(), this, options.CloseAfter / 2, options.CloseAfter / 2);
    }

    /// <summary>How many files are open.</summary>
    public int OpenCount => Volatile.Read(ref _open);

    /// <summary>Has something done with a file.</summary>
    /// <exception cref="TemporaryFailureException">The module stops.</exception>
    public Task<T> SendAsync<T>(string path, FileRequest<T> request)
    {
        lock (_gate)
        {
            if (_isStopping)
                throw new TemporaryFailureException($"the mail file {path} is closed; the server is stopping");
            if (!_entries.TryGetValue(path, out var entry))
                _entries.Add(path, entry = new Entry(new MailFile(path, _opener, _logger)));
            entry.Requests.Enqueue(request);
            if (!entry.IsScheduled)
                Schedule(entry);
        }

        return request.Task;
    }

    /// <summary>Does what is queued, closes all files and ends the threads.</summary>
    /// <param name="cancellationToken">Leaves the journals of the files, instead of bringing these to rest.</param>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _timer.DisposeAsync().ConfigureAwait(false);
        lock (_gate)
        {
            _isStopping = true;
            foreach (var entry in _idle.ToList())
                Schedule(entry);
            EndIfDone();
        }

        try
        {
            await _ended.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            _isInHurry = true;
            await _ended.Task.WaitAsync(TimeSpan.FromSeconds(1), _clock, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Where nobody stopped it, or nobody waited for that: lets go of all files.</summary>
    public ValueTask DisposeAsync() => new(StopAsync(new CancellationToken(canceled: true)));

    private void Schedule(Entry entry)
    {
        entry.IsScheduled = true;
        if (entry.Idle.List is not null)
            _idle.Remove(entry.Idle);
        _ready.Add(entry, CancellationToken.None);
        if (_freeThreads >= _ready.Count || _threads == MaxThreads)
            return;
        _threads++;
        _freeThreads++;
        new Thread(Run) { IsBackground = true, Name = $"litedb mail {_threads}" }.UnsafeStart();
    }

    private void Run()
    {
        foreach (var entry in _ready.GetConsumingEnumerable())
        {
            lock (_gate)
                _freeThreads--;
            Serve(entry);
            lock (_gate)
            {
                _freeThreads++;
                Rest(entry);
            }
        }
    }

    private void Serve(Entry entry)
    {
        var requests = new List<FileRequest>();
        var bytes = 0L;
        bool isClosing;
        lock (_gate)
        {
            while (requests.Count < MaxBatch && bytes < MaxBatchBytes && entry.Requests.TryDequeue(out var request))
            {
                requests.Add(request);
                bytes += request.Size;
            }

            isClosing = requests.Count == 0;
        }

        var wasOpen = entry.File.IsOpen;
        if (!wasOpen && !isClosing)
            MakeRoom();
        // nothing asked for: it was scheduled in order to be closed
        if (isClosing)
            entry.File.Close(_isInHurry);
        else
            entry.File.Serve(requests);
        if (wasOpen && !entry.File.IsOpen)
            Interlocked.Decrement(ref _open);
        else if (!wasOpen && entry.File.IsOpen)
            Interlocked.Increment(ref _open);
    }

    // With as many threads as this has, that many files are in use at most, and more may be open: one that is not in use is always found. Some
    // threads that make room at once may go beyond the limit by their number for a moment.
    private void MakeRoom()
    {
        while (true)
        {
            Entry victim;
            lock (_gate)
            {
                if (_open < _options.MaxOpenFiles || _idle.First is not { } first)
                    return;
                victim = first.Value;
                victim.IsScheduled = true;
                _idle.RemoveFirst();
            }

            victim.File.Close();
            Interlocked.Decrement(ref _open);
            lock (_gate)
                Rest(victim);
        }
    }

    private void Rest(Entry entry)
    {
        if (entry.Requests.Count > 0 || (_isStopping && entry.File.IsOpen))
        {
            Schedule(entry);
            return;
        }

        entry.IsScheduled = false;
        if (entry.File.IsOpen)
        {
            entry.UsedAt = _clock.GetTimestamp();
            _idle.AddLast(entry.Idle);
        }
        else if (!entry.File.HasDoubts)
        {
            _entries.Remove(entry.File.Path);
        }

        EndIfDone();
    }

    private void CloseIdle()
    {
        lock (_gate)
        {
            if (_isStopping)
                return;
            while (_idle.First is { } first && _clock.GetElapsedTime(first.Value.UsedAt) >= _options.CloseAfter)
                Schedule(first.Value);
        }
    }

    private void EndIfDone()
    {
        if (!_isStopping || _entries.Values.Any(entry => entry.IsScheduled))
            return;
        _ready.CompleteAdding();
        _ended.TrySetResult();
    }

    /// <summary>A file with what is asked of it.</summary>
    private sealed class Entry
    {
        public Entry(MailFile file)
        {
            File = file;
            Idle = new LinkedListNode<Entry>(this);
        }

        public MailFile File { get; }

        public Queue<FileRequest> Requests { get; } = new();

        public LinkedListNode<Entry> Idle { get; }

        /// <summary>Whether a thread has it, or soon will.</summary>
        public bool IsScheduled { get; set; }

        public long UsedAt { get; set; }
    }
}
