namespace MailStore.Host.Configuration;

/// <summary>
/// The <c>mailstore.toml</c> that packages install: every option of the host with its default and what it is for, all commented out. Made from the
/// options classes, so that it cannot fall behind them.
/// </summary>
internal static class SampleConfiguration
{
    private const string Introduction = """
        # The configuration of MailStore. Each setting shows its default; to change one, take away the '#' before it.
        # 'mailstore config check' tells every mistake, 'mailstore config show' what is in force and where it came from.

        """;

    private const string ModulesAndDomains = """

        # Options of modules stand in [mda.NAME], [creator.NAME] and [userdb.NAME]; 'mailstore module describe NAME' lists them.
        #
        #   [mda.maildir]
        #   path = "mail/{domain}/{local}"
        #   durability = "auto"      # a journal, one sync for all mails that come at once, where ext4 or xfs and data_dir beside the mail allow it; else "direct": each mail is synced
        #
        # A second instance of a module has a name of its own:
        #
        #   [mda.archive]
        #   module = "maildir"
        #
        # Settings for all users of a domain; a user's own record wins. The name stands in quotes.
        #
        #   [domain."example.org"]
        #   mda   = "archive"
        #   quota = "1G"
        #   catch_all = "postmaster@example.org"    # who gets mail for names that nobody has; without it they are 550
        #
        # Whose word counts for a setting that a record may have ('mailstore module describe NAME' says which): "user", the record's, as for all that
        # is not named; "override", yours, where the domain or [mda.NAME] sets it; "ignore", never the record's.
        #
        #   [policy]
        #   quota = "override"

        """;

    public static string Text()
    {
        var text = new StringWriter { NewLine = "\n" };
        text.Write(Introduction);
        Write(text, OptionsSchema.For(typeof(HostOptions)), new HostOptions());
        text.Write(ModulesAndDomains);
        return text.ToString().ReplaceLineEndings("\n");
    }

    private static void Write(StringWriter text, OptionsSchema schema, object options)
    {
        foreach (var property in schema.Properties.Where(property => property.Nested is null))
        {
            var limits = property.Checks.RangeText is { Length: > 0 } range ? $" ({range})" : "";
            text.WriteLine();
            text.WriteLine($"# {property.Description}{limits}");
            text.WriteLine($"#{property.Key} = {property.Converter!.ToToml(property.Get(options)!)}");
        }

        foreach (var property in schema.Properties.Where(property => property.Nested is not null))
        {
            text.WriteLine();
            text.WriteLine();
            text.WriteLine($"# {property.Description}");
            text.WriteLine($"[{property.Key}]");
            Write(text, property.Nested!, property.Get(options)!);
        }
    }
}
