namespace MailStore.Host.Admin;

/// <summary>How a command ends: sysexits.h, which every MTA reads.</summary>
internal static class ExitCode
{
    public const int Ok = 0;

    /// <summary>The verdict of a check is no.</summary>
    public const int Failed = 1;

    public const int Usage = 64;

    public const int DataError = 65;

    public const int NoInput = 66;

    public const int NoUser = 67;

    public const int Unavailable = 69;

    public const int Software = 70;

    public const int CantCreate = 73;

    public const int InputOutput = 74;

    public const int TemporaryFailure = 75;

    public const int NoPermission = 77;

    public const int Configuration = 78;
}
