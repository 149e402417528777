namespace MailStore.Benchmarks.Grounds;

/// <summary>Runs a benchmark on a ground of its own, of which nothing is left, however it ends.</summary>
internal static class GroundRun
{
    private const int Interrupted = 130;

    /// <param name="place">Where the image lies; null: the folder for temporary files.</param>
    /// <param name="run">Gets what it measures on.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(GroundOptions options, string? place, Func<Ground, Task<int>> run)
    {
        if (Ground.LackOf(options) is { } lack)
        {
            await Console.Error.WriteLineAsync(lack);
            return 1;
        }

        using var interruption = new Interruption();
        Ground? ground = null;
        try
        {
            ground = await Ground.MountAsync(options, place ?? Path.GetTempPath());
            return await TryAsync(ground, run, interruption);
        }
        catch (Exception) when (interruption.HasCome)
        {
            await Console.Error.WriteLineAsync("interrupted");
            return Interrupted;
        }
        catch (InvalidOperationException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }
        finally
        {
            interruption.BeginCleanUp();
            await (ground?.DisposeAsync() ?? default);
        }
    }

    /// <summary>What failed because the ground is full is told as that.</summary>
    private static async Task<int> TryAsync(Ground ground, Func<Ground, Task<int>> run, Interruption interruption)
    {
        try
        {
            return await run(ground);
        }
        catch (Exception) when (!interruption.HasCome)
        {
            await ground.ThrowIfFullAsync();
            throw;
        }
    }
}
