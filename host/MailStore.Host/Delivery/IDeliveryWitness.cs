namespace MailStore.Host.Delivery;

/// <summary>Told of each step on the way of a mail: by 'demo', and by tests. None in production.</summary>
internal interface IDeliveryWitness
{
    void Step(string user, string what);
}
