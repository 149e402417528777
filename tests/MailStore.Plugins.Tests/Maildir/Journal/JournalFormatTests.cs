using MailStore.Maildir.Journal;

namespace MailStore.Plugins.Tests.Maildir.Journal;

public sealed class JournalFormatTests
{
    [Fact]
    public void A_record_is_read_back_as_it_was_written()
    {
        var record = JournalMails.Record("1.M2P3");
        Assert.Equal(record, MailRecord.Decode(record.Encode().AsSpan(MailRecord.Prefix), out _));
        var plain = record with { Ids = null, IsCounted = false, Box = "" };
        Assert.Equal(plain, MailRecord.Decode(plain.Encode().AsSpan(MailRecord.Prefix), out _));
    }

    [Fact]
    public void The_checksum_is_that_of_the_specification_in_whatever_pieces()
    {
        // RFC 3720, B.4
        Assert.Equal(0x46DD794Eu, Checksum.Of([.. Enumerable.Range(0, 32).Select(i => (byte)i)]));
        for (var at = 0; at <= 9; at++)
            Assert.Equal(0xE3069283u, Checksum.Of("123456789"u8[at..], Checksum.Of("123456789"u8[..at])));
    }

    [Fact]
    public void A_batch_that_is_torn_at_whatever_byte_counts_as_a_whole_or_not_at_all()
    {
        var disk = new FakeJournalDisk(64 * 1024);
        var journal = JournalMails.Open(disk);
        journal.TryCommit(JournalMails.Entry("first"));
        var before = disk.Files[0].ToArray();
        var content = new string('x', 3000);
        journal.Commit([JournalMails.Entry("second", content), JournalMails.Entry("third", content)]);
        var after = disk.Files[0].ToArray();
        var (from, to) = (2 * BatchHeader.Block, 4 * BatchHeader.Block);
        Assert.Equal(["first", "second", "third"], JournalMails.Names(disk));
        var changed = Enumerable.Range(from, to - from).Where(i => before[i] != after[i]).ToList();
        for (var cut = from; cut < to; cut++)
        {
            // what was written up to here, and behind it; what else there was before
            before.AsSpan().CopyTo(disk.Files[0]);
            after.AsSpan(0, cut).CopyTo(disk.Files[0]);
            string[] expected = cut > changed[^1] ? ["first", "second", "third"] : ["first"];
            Assert.Equal(expected, JournalMails.Names(disk));
            after.AsSpan().CopyTo(disk.Files[0]);
            before.AsSpan(from, cut - from).CopyTo(disk.Files[0].AsSpan(from));
            expected = cut <= changed[0] ? ["first", "second", "third"] : ["first"];
            Assert.Equal(expected, JournalMails.Names(disk));
        }
    }

    [Fact]
    public void A_bit_that_turned_is_noticed_wherever_it_is()
    {
        var disk = new FakeJournalDisk(64 * 1024);
        var journal = JournalMails.Open(disk);
        journal.TryCommit(JournalMails.Entry("one"));
        var length = BatchHeader.Length + JournalMails.Entry("one").Length;
        for (var i = 0; i < length; i++)
        {
            // of the header of a batch four bytes are spare
            if (i is >= 36 and < BatchHeader.Length)
                continue;
            disk.Files[0][BatchHeader.Block + i] ^= 0x10;
            Assert.Empty(JournalMails.Read(disk));
            disk.Files[0][BatchHeader.Block + i] ^= 0x10;
        }

        Assert.Single(JournalMails.Read(disk));
    }

    [Fact]
    public void What_an_earlier_life_of_a_file_left_never_counts()
    {
        var disk = new FakeJournalDisk(64 * 1024);
        for (var life = 1; life <= 5; life++)
        {
            // all lives write the same lengths to the same places
            var journal = JournalMails.Open(disk);
            Assert.Empty(JournalMails.Read(disk));
            for (var i = 0; i < life % 3; i++)
                Assert.True(journal.TryCommit(JournalMails.Entry($"{life}.{i}")));
            Assert.Equal(Enumerable.Range(0, life % 3).Select(i => $"{life}.{i}"), JournalMails.Names(disk));
        }
    }

    [Fact]
    public void Records_that_a_batch_left_do_not_complete_a_later_one_at_the_same_place()
    {
        var disk = new FakeJournalDisk(64 * 1024);
        JournalMails.Open(disk).Commit([JournalMails.Entry("old1"), JournalMails.Entry("old2")]);
        var old = disk.Files[0].ToArray();
        JournalMails.Open(disk).Commit([JournalMails.Entry("new1"), JournalMails.Entry("new2")]);
        // only the header of the batch reached the disk
        old.AsSpan(BatchHeader.Block + BatchHeader.Length).CopyTo(disk.Files[0].AsSpan(BatchHeader.Block + BatchHeader.Length));
        Assert.Empty(JournalMails.Read(disk));
    }

    [Fact]
    public void A_mail_that_looks_like_a_batch_is_none_without_the_key_that_nobody_knows_before()
    {
        var disk = new FakeJournalDisk(64 * 1024);
        JournalMails.Open(disk);
        foreach (var (key, last) in new[] { (1UL, 0L), (new JournalReader(disk, 0).Header!.Key, 1L) })
        {
            new BatchHeader(key, 1, 0, 0).Write(disk.Files[0].AsSpan(BatchHeader.Block));
            var reader = new JournalReader(disk, 0);
            Assert.Empty(reader.Read());
            Assert.Equal(last, reader.LastBatch);
        }
    }
}
