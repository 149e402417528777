namespace MailStore.Host.Modules;

/// <summary>What the permissions of a path come to.</summary>
/// <param name="Mode">st_mode of stat(2): type and permissions.</param>
internal readonly record struct PathStatus(uint Mode, uint Owner, uint Group)
{
    public bool IsLink => (Mode & 0xF000) == 0xA000;

    public bool IsFile => (Mode & 0xF000) == 0x8000;

    public bool IsFolder => (Mode & 0xF000) == 0x4000;

    public bool OthersWrite => (Mode & 0x2) != 0;

    public bool GroupWrites => (Mode & 0x10) != 0;

    /// <summary>In such a folder an entry is removed or renamed by its owner, the folder's and root alone.</summary>
    public bool IsSticky => (Mode & 0x200) != 0;

    /// <summary>As chmod(1) writes it: <c>0755</c>.</summary>
    public string Permissions => Convert.ToString(Mode & 0xFFF, 8).PadLeft(4, '0');
}
