using MailStore.Host.Configuration;

namespace MailStore.Host.Tests.Configuration;

public sealed class SocketOwnerTests
{
    [Theory]
    [InlineData("", null, null)]
    [InlineData("postfix", "postfix", null)]
    [InlineData("postfix:mail", "postfix", "mail")]
    [InlineData(":mail", null, "mail")]
    [InlineData("106:8", "106", "8")]
    public void A_user_a_group_or_both_are_taken(string text, string? user, string? group)
    {
        Assert.True(SocketOwner.TryParse(text, out var owner));
        Assert.Equal(new SocketOwner(user, group), owner);
    }

    [Theory]
    [InlineData(":")]
    [InlineData("postfix:")]
    [InlineData("a:b:c")]
    [InlineData("post fix")]
    [InlineData("postfix: mail")]
    public void All_else_is_told_with_the_forms_that_are(string text)
    {
        Assert.False(SocketOwner.TryParse(text, out _));
        Assert.Equal(
            [$"mailstore.toml(2,1): 'socket_owner' takes \"user\", \"user:group\" or \":group\", not \"{text}\""],
            ConfigFolder.MistakesOf($"[lmtp]\nsocket_owner = \"{text}\""));
    }

    [Fact]
    public void Those_whom_the_system_knows_are_no_mistake() =>
        Assert.Empty(ConfigFolder.MistakesOf("[lmtp]\nsocket_owner = \"root:root\""));

    [Fact]
    public void Numbers_need_no_entry_in_the_system() =>
        Assert.Empty(ConfigFolder.MistakesOf("[lmtp]\nsocket_owner = \"3999999999:3999999999\""));

    [Fact]
    public void A_user_and_a_group_that_the_system_does_not_know_are_told_with_their_place() =>
        Assert.Equal(
            [
                "mailstore.toml(2,1): 'socket_owner': there is no user \"nobody-here\"; 'getent passwd' lists those that there are",
                "mailstore.toml(2,1): 'socket_owner': there is no group \"none-here\"; 'getent group' lists those that there are",
            ],
            ConfigFolder.MistakesOf("[lmtp]\nsocket_owner = \"nobody-here:none-here\""));

    [Fact]
    public void A_socket_group_that_the_system_does_not_know_is_told_with_its_place() =>
        Assert.Equal(
            ["mailstore.toml(2,1): 'socket_group': there is no group \"none-here\"; 'getent group' lists those that there are"],
            ConfigFolder.MistakesOf("[lmtp]\nsocket_group = \"none-here\""));

    [Fact]
    public void Two_groups_are_one_too_many() =>
        Assert.Equal(
            ["mailstore.toml(3,1): 'socket_owner' and 'socket_group' both name a group; take one of them away"],
            ConfigFolder.MistakesOf("[lmtp]\nsocket_group = \"root\"\nsocket_owner = \":root\""));
}
