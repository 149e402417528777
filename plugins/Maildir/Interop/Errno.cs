using System.Runtime.InteropServices;

namespace MailStore.Maildir.Interop;

/// <summary>The errors of Linux that are told apart here; any other value may occur.</summary>
internal enum Errno
{
    OperationNotPermitted = 1,
    NoEntry = 2,
    Interrupted = 4,
    InputOutput = 5,
    NoDevice = 6,
    WouldBlock = 11,
    AccessDenied = 13,
    Exists = 17,
    NotADirectory = 20,
    IsADirectory = 21,
    InvalidArgument = 22,
    NoIoControl = 25,
    TextFileBusy = 26,
    NoSpace = 28,
    ReadOnlyFileSystem = 30,
    NameTooLong = 36,
    NoSystemCall = 38,
    NotEmpty = 39,
    SymbolicLink = 40,
    BadMessage = 74,
    NotSupported = 95,
    NeedsCleaning = 117,
    QuotaExceeded = 122,
}

internal static class ErrnoExtensions
{
    /// <summary>The system's own words, as <c>No space left on device (errno 28)</c>.</summary>
    public static string Describe(this Errno errno) => $"{Marshal.GetPInvokeErrorMessage((int)errno)} (errno {(int)errno})";

    /// <summary>Whether room is what lacks: the device's, or the file system's quota.</summary>
    public static bool IsFull(this Errno errno) => errno is Errno.NoSpace or Errno.QuotaExceeded;

    /// <summary>
    /// Whether the place is what is wrong: something is where something else should be, it may not be written to, somebody keeps it, its owner's room is used up, or this part of the disk is damaged.
    /// Other places, and the mail that belongs there, need not be.
    /// </summary>
    public static bool IsOfPlace(this Errno errno) =>
        errno is Errno.NoEntry or Errno.Exists or Errno.NotADirectory or Errno.IsADirectory or Errno.NotEmpty or Errno.SymbolicLink or Errno.NameTooLong
            or Errno.AccessDenied or Errno.OperationNotPermitted or Errno.WouldBlock or Errno.TextFileBusy or Errno.NoDevice or Errno.QuotaExceeded
            or Errno.InputOutput or Errno.BadMessage or Errno.NeedsCleaning;
}
