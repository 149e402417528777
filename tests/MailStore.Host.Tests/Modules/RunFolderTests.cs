using System.Diagnostics;
using MailStore.Host.Modules;

namespace MailStore.Host.Tests.Modules;

public sealed class RunFolderTests : IDisposable
{
    private readonly ModulesHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public void What_a_killed_run_left_is_swept_at_the_next_start()
    {
        var left = Path.Combine(_home.DataDirectory, "run", "4711-0123456789ab");
        Directory.CreateDirectory(Path.Combine(left, "plugins", "x"));
        File.WriteAllText(Path.Combine(left, "plugins", "x", "x.dll"), "");
        File.WriteAllText(Path.Combine(left, "lock"), "");

        using var run = Create();

        Assert.False(Directory.Exists(left));
        Assert.Equal([run.Path], _home.RunFolders);
        Assert.Contains(_home.Log.Entries, entry => entry.Text.Contains(left, StringComparison.Ordinal));
    }

    [Fact]
    public void A_folder_without_its_lock_file_was_left_as_well()
    {
        Directory.CreateDirectory(Path.Combine(_home.DataDirectory, "run", "1-0"));
        using var run = Create();
        Assert.Equal([run.Path], _home.RunFolders);
    }

    [Fact]
    public void The_folder_of_a_run_that_lives_is_left_alone()
    {
        using var one = Create();
        using var other = Create();
        Assert.Equal(new[] { one.Path, other.Path }.Order(), _home.RunFolders.Order());
    }

    [Fact]
    public void The_folder_of_another_process_is_left_alone_until_that_is_killed()
    {
        var path = Path.Combine(_home.DataDirectory, "run", "1-another");
        Directory.CreateDirectory(path);
        var ready = Path.Combine(path, "ready");
        using var process = Process.Start("flock", [Path.Combine(path, "lock"), "-c", $"touch {ready}; exec sleep 600"]);
        try
        {
            Assert.True(SpinWait.SpinUntil(() => File.Exists(ready), TimeSpan.FromSeconds(30)));
            Create().Dispose();
            Assert.True(File.Exists(ready));
        }
        finally
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }

        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                Create().Dispose();
                return !Directory.Exists(path);
            },
            TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task Many_runs_may_start_and_end_at_the_same_time()
    {
        await Parallel.ForAsync(0, 40, (_, _) =>
        {
            using var run = Create();
            File.WriteAllText(Path.Combine(run.CreateFolder("plugins"), "x"), "");
            Assert.True(File.Exists(Path.Combine(run.Path, "plugins", "x")));
            return ValueTask.CompletedTask;
        });

        // what one could not remove, since another was just looking whether it lives, the next one does
        Create().Dispose();
        Assert.Empty(_home.RunFolders);
    }

    private RunFolder Create() => RunFolder.Create(_home.DataDirectory, _home.Log);
}
