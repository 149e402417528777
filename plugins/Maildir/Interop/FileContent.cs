using System.Buffers;

namespace MailStore.Maildir.Interop;

/// <summary>Writing and reading whole files.</summary>
internal static unsafe class FileContent
{
    // IOV_MAX is 1024; a mail in memory is a header and a handful of segments
    private const int MaxVectors = 64;

    /// <summary>Writes bytes, in one call where the system takes them in one.</summary>
    public static void Write(Descriptor file, ReadOnlyMemory<byte> bytes) => Write(file, bytes, ReadOnlySequence<byte>.Empty);

    /// <summary>Writes first and rest gathered, without a copy.</summary>
    public static void Write(Descriptor file, ReadOnlyMemory<byte> first, in ReadOnlySequence<byte> rest)
    {
        var pins = new List<MemoryHandle>(4);
        var vectors = stackalloc Native.IoVector[MaxVectors];
        var count = 0;
        try
        {
            Add(first, ref count);
            foreach (var segment in rest)
            {
                if (count == MaxVectors)
                {
                    Write(file, vectors, count);
                    Unpin(pins);
                    count = 0;
                }

                Add(segment, ref count);
            }

            Write(file, vectors, count);
        }
        finally
        {
            Unpin(pins);
        }

        void Add(ReadOnlyMemory<byte> memory, ref int index)
        {
            if (memory.IsEmpty)
                return;
            var pin = memory.Pin();
            pins.Add(pin);
            vectors[index++] = new Native.IoVector { Start = (byte*)pin.Pointer, Length = memory.Length };
        }
    }

    /// <summary>Reads a small file; null if it is longer than the buffer.</summary>
    public static int? Read(Descriptor file, Span<byte> buffer)
    {
        var length = 0;
        fixed (byte* start = buffer)
        {
            while (true)
            {
                if (length == buffer.Length)
                    return null;
                var count = Native.Read(file, start + length, buffer.Length - length);
                if (count > 0)
                    length += (int)count;
                else if (count == 0)
                    return length;
                else if (Posix.LastError is var errno and not Errno.Interrupted)
                    throw new PosixException("read", file.Path, errno);
            }
        }
    }

    /// <summary>Writes bytes at a position.</summary>
    public static void Write(Descriptor file, ReadOnlySpan<byte> bytes, long position)
    {
        fixed (byte* start = bytes)
        {
            for (var done = 0; done < bytes.Length;)
            {
                var count = Native.WriteAt(file, start + done, bytes.Length - done, position + done);
                if (count >= 0)
                    done += (int)count;
                else if (Posix.LastError is var errno and not Errno.Interrupted)
                    throw new PosixException("write", file.Path, errno);
            }
        }
    }

    /// <summary>Reads bytes at a position, fewer than asked for only at the end of the file.</summary>
    public static int Read(Descriptor file, Span<byte> bytes, long position)
    {
        var done = 0;
        fixed (byte* start = bytes)
        {
            while (done < bytes.Length)
            {
                var count = Native.ReadAt(file, start + done, bytes.Length - done, position + done);
                if (count > 0)
                    done += (int)count;
                else if (count == 0)
                    break;
                else if (Posix.LastError is var errno and not Errno.Interrupted)
                    throw new PosixException("read", file.Path, errno);
            }
        }

        return done;
    }

    private static void Write(Descriptor file, Native.IoVector* vectors, int count)
    {
        while (count > 0)
        {
            var written = Native.WriteVector(file, vectors, count);
            if (written < 0)
            {
                if (Posix.LastError is var errno and not Errno.Interrupted)
                    throw new PosixException("write", file.Path, errno);
                continue;
            }

            // a short write: go on where it stopped; if the disk is full the next call says so
            while (count > 0 && written >= vectors->Length)
            {
                written -= vectors->Length;
                vectors++;
                count--;
            }

            if (count > 0)
            {
                vectors->Start += written;
                vectors->Length -= written;
            }
        }
    }

    private static void Unpin(List<MemoryHandle> pins)
    {
        foreach (var pin in pins)
            pin.Dispose();
        pins.Clear();
    }
}
