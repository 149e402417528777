namespace MailStore.Benchmarks.Server;

/// <summary>What one run of a cell came to.</summary>
/// <param name="PerSecond">Deliveries, counted by recipients.</param>
/// <param name="P50">Milliseconds from MAIL to the last reply, half of the mails at most; the others accordingly. 0 where that says nothing.</param>
/// <param name="Processor">Microseconds of processor time that the server took for a delivery.</param>
/// <param name="Failed">Deliveries that were refused or lost: a run with any counts for nothing.</param>
internal sealed record Measured(double PerSecond, double P50, double P99, double P999, double Processor, long Failed);
