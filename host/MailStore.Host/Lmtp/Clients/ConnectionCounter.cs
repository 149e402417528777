using System.Net;

namespace MailStore.Host.Lmtp;

/// <summary>Counts the connections, in all and by address. Thread-safe.</summary>
internal sealed class ConnectionCounter(int limit, int limitPerAddress)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, int> _byAddress = [];
    private int _all;

    public int Count => Volatile.Read(ref _all);

    /// <param name="address">Null for a Unix socket.</param>
    /// <returns>Null, or the reply to a connection that is one too many; then <see cref="Leave"/> is not called.</returns>
    public byte[]? TryEnter(IPAddress? address)
    {
        lock (_gate)
        {
            if (_all >= limit)
                return Replies.TooManyConnections;
            if (address is not null)
            {
                var count = _byAddress.GetValueOrDefault(address);
                if (count >= limitPerAddress)
                    return Replies.TooManyConnectionsFromYou;
                _byAddress[address] = count + 1;
            }

            _all++;
            return null;
        }
    }

    public void Leave(IPAddress? address)
    {
        lock (_gate)
        {
            _all--;
            if (address is null)
                return;
            if (_byAddress[address] == 1)
                _byAddress.Remove(address);
            else
                _byAddress[address]--;
        }
    }
}
