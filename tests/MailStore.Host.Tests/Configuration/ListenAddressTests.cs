using MailStore.Host.Configuration;

namespace MailStore.Host.Tests.Configuration;

public sealed class ListenAddressTests
{
    [Theory]
    [InlineData("127.0.0.1:2424", "127.0.0.1", 2424, null, true)]
    [InlineData("127.9.9.9:0", "127.9.9.9", 0, null, true)]
    [InlineData("localhost:24", "localhost", 24, null, true)]
    [InlineData("LOCALHOST:24", "localhost", 24, null, true)]
    [InlineData("[::1]:24", "::1", 24, null, true)]
    [InlineData("[::ffff:127.0.0.1]:24", "::ffff:127.0.0.1", 24, null, true)]
    [InlineData("unix:/run/mailstore/lmtp.sock", null, 0, "/run/mailstore/lmtp.sock", true)]
    [InlineData("unix:lmtp.sock", null, 0, "lmtp.sock", true)]
    [InlineData("0.0.0.0:24", "0.0.0.0", 24, null, false)]
    [InlineData("*:24", "*", 24, null, false)]
    [InlineData("[::]:65535", "::", 65535, null, false)]
    [InlineData("192.0.2.1:24", "192.0.2.1", 24, null, false)]
    [InlineData("localhost.example.org:24", "localhost.example.org", 24, null, false)]
    public void Is_read_as_administrators_write_it(string text, string? host, int port, string? path, bool isLocal)
    {
        Assert.True(ListenAddress.TryParse(text, out var address, out var error), error);
        Assert.Equal((host, port, path, isLocal), (address.Host, address.Port, address.UnixPath, address.IsLoopbackOrLocal));
        Assert.True(ListenAddress.TryParse(address.ToString(), out var again, out _));
        Assert.Equal(address, again);
    }

    [Theory]
    [InlineData("", "has no port")]
    [InlineData("24", "has no port")]
    [InlineData(":24", "has no port")]
    [InlineData("localhost:", "is not a port")]
    [InlineData("localhost:65536", "is not a port")]
    [InlineData("localhost:-1", "is not a port")]
    [InlineData("localhost:+1", "is not a port")]
    [InlineData("localhost: 24", "is not a port")]
    [InlineData("localhost:lmtp", "is not a port")]
    [InlineData("::1:24", "stands in brackets")]
    [InlineData("::1", "stands in brackets")]
    [InlineData("[::1]", "is not a port")]
    [InlineData("[127.0.0.1]:24", "neither an IP address nor a host name")]
    [InlineData("127.1:24", "neither an IP address nor a host name")]
    [InlineData("256.0.0.1:24", "neither an IP address nor a host name")]
    [InlineData("a b:24", "neither an IP address nor a host name")]
    [InlineData("http://localhost:24", "neither an IP address nor a host name")]
    [InlineData("unix:", "names no file")]
    [InlineData("unix:/run/", "names no file")]
    public void Anything_else_is_told(string text, string error)
    {
        Assert.False(ListenAddress.TryParse(text, out var address, out var words));
        Assert.Null(address);
        Assert.Contains(error, words, StringComparison.Ordinal);
    }

    [Fact]
    public void The_path_of_a_socket_starts_at_the_data_directory()
    {
        Assert.Equal("/data/lmtp.sock", new ListenAddress(null, 0, "lmtp.sock").ResolveUnixPath("/data"));
        Assert.Equal("/run/lmtp.sock", new ListenAddress(null, 0, "/run/lmtp.sock").ResolveUnixPath("/data"));
        Assert.Null(new ListenAddress("localhost", 24, null).ResolveUnixPath("/data"));
    }
}
