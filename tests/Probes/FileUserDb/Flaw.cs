namespace MailStore.Probes;

/// <summary>What may be wrong with a <see cref="FileUserDatabase"/>, one at a time: does the conformance kit see it?</summary>
public enum Flaw
{
    None,
    LosesTheVersionCheck,
    ReusesVersions,
    IgnoresCase,
    TrimsNames,
    DropsEmptySettings,
    ForgetsTheAllocation,
    ListsIgnoringCase,
    TakesThePrefixForAPattern,
    ListsUsersTwice,
    CancelledCallFailsTheBatch,
    RepeatsSequencesAfterARestart,
    ForgetsVersionsOfTheRemoved,
    LowersItsCounters,
    RaisesInMemoryOnly,
    LetsTwoHoldALock,
    KeepsTheLockOfWhoGaveUp,
    DisposesTheLockOfAnother,
    CancelsLostTooEarly,
    OpensTwice,
    AcknowledgesBeforeItIsDurable,
    CachesWhatOthersChange,
    LocksWithoutExpiry,
    NeverCancelsLost,
}
