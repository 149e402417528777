namespace MailStore.Sdk;

/// <summary>Implemented by a module that can say whether it could work now, asked by <c>mailstore health</c> and by monitors.</summary>
public interface IModuleHealth
{
    /// <summary>Looks whether the module could serve a call now: a database answers, a root directory is mounted. Changes nothing.</summary>
    /// <param name="cancellationToken">Cancelled when the answer comes too late to count.</param>
    /// <returns>The verdict. An exception counts as <see cref="ModuleHealth.Unhealthy"/>.</returns>
    ValueTask<ModuleHealth> CheckHealthAsync(CancellationToken cancellationToken);
}
