using CsCheck;

namespace MailStore.Sdk.Tests;

public sealed class ByteSizeTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("512", 512)]
    [InlineData("1k", 1024)]
    [InlineData("50M", 50 * 1024 * 1024)]
    [InlineData("1.5 G", 1536L * 1024 * 1024)]
    [InlineData("2GiB", 2L << 30)]
    [InlineData("7 B", 7)]
    public void Is_read_as_administrators_write_it(string text, long bytes) => Assert.Equal(bytes, ByteSize.Parse(text).Bytes);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("G")]
    [InlineData("-1")]
    [InlineData("1X")]
    [InlineData("1,5G")]
    [InlineData("9223372036854775808")]
    [InlineData("8388608T")]
    public void Anything_else_is_refused(string? text) => Assert.False(ByteSize.TryParse(text, null, out _));

    [Fact]
    public void Its_text_is_read_back_as_the_same_size() =>
        Gen.Long[0, long.MaxValue].Sample(bytes => ByteSize.Parse(new ByteSize(bytes).ToString()).Bytes == bytes);
}
