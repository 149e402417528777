using CsCheck;
using MailStore.Host.Delivery;
using MailStore.Host.Tests.Configuration;

namespace MailStore.Host.Tests.Delivery;

public sealed class TransactionIdTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Ids_of_one_millisecond_differ()
    {
        var ids = Enumerable.Range(0, 10_000).AsParallel().Select(_ => TransactionId.New(Now)).ToHashSet();
        Assert.Equal(10_000, ids.Count);
    }

    [Fact]
    public void Ids_sort_by_time() =>
        Gen.Select(Gen.Long[0, 4_102_444_800_000], Gen.OneOf(Gen.Long[1, 3], Gen.Long[1, 1_000_000_000])).Sample(
            (time, later) =>
            {
                var first = TransactionId.New(DateTimeOffset.FromUnixTimeMilliseconds(time));
                var second = TransactionId.New(DateTimeOffset.FromUnixTimeMilliseconds(time + later));
                Assert.True(string.CompareOrdinal(first, second) < 0, $"{first} {second}");
            },
            iter: Long.Times(2_000));

    [Fact]
    public void An_id_is_18_letters_and_digits_that_are_not_taken_for_each_other() =>
        Assert.All(Enumerable.Range(0, 200).Select(i => TransactionId.New(Now.AddHours(i))), id => Assert.Matches("^[0-9a-hjkmnp-tv-z]{18}$", id));

    [Fact]
    public void Each_recipient_has_an_id_of_his_own_that_names_the_mail()
    {
        var mail = TransactionId.New(Now);
        string[] ids = [TransactionId.ForRecipient(mail, 0), TransactionId.ForRecipient(mail, 1), TransactionId.ForRecipient(mail, 10)];
        Assert.Equal([$"{mail}r1", $"{mail}r2", $"{mail}r11"], ids);
    }
}
