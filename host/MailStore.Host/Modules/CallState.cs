namespace MailStore.Host.Modules;

/// <summary>Where a call of a module stands.</summary>
internal enum CallState
{
    /// <summary>Not with the module yet.</summary>
    Waiting,

    /// <summary>With the module; its caller waits.</summary>
    Running,

    /// <summary>Still with the module; its caller was told that it is given up.</summary>
    GivenUp,

    /// <summary>Back from the module.</summary>
    Finished,
}
