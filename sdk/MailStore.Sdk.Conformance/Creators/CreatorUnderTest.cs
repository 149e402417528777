namespace MailStore.Sdk.Conformance;

/// <summary>How the kit gets at a creator.</summary>
public abstract class CreatorUnderTest : ModuleUnderTest<ICreator>
{
    /// <summary>A creator whose constructor is called directly.</summary>
    /// <param name="create">Constructs it.</param>
    public static CreatorUnderTest Of(Func<ModuleContext, ICreator> create) => new Constructed(create);

    private sealed class Constructed(Func<ModuleContext, ICreator> create) : CreatorUnderTest
    {
        public override ValueTask<OpenedModule<ICreator>> OpenAsync(ModuleContext context, CancellationToken cancellationToken) =>
            new(new OpenedModule<ICreator>(create(context)));
    }
}
