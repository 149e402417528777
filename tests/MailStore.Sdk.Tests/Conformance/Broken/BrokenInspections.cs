namespace MailStore.Sdk.Tests.Conformance;

/// <summary>Agents that inspect their storage, each wrong in one way.</summary>
internal static class BrokenInspections
{
    public sealed class FindsTooMuch(ModuleContext context) : InspectingShelf(context)
    {
        protected override bool IsRight(string home) => false;
    }

    public sealed class SeesNoOrphans(ModuleContext context) : InspectingShelf(context)
    {
        protected override bool IsSeen(string home) => false;
    }

    public sealed class RemovesMail(ModuleContext context) : InspectingShelf(context)
    {
        protected override bool TryRemove(string home, bool isAsked)
        {
            if (isAsked)
                Directory.Delete(home, recursive: true);
            return false;
        }
    }

    public sealed class RepairsUnasked(ModuleContext context) : InspectingShelf(context)
    {
        protected override bool TryRemove(string home, bool isAsked) => base.TryRemove(home, isAsked: true);
    }
}
