namespace Clef.Callbacks
{
    /// <summary>What a store is asked for.</summary>
    public enum StoreTaskKind
    {
        /// <summary>None that this version knows.</summary>
        Unknown = 0,

        /// <summary>
        /// What is stored under the key? Answer with a value and its version, or with nothing where nothing is stored
        /// (<see cref="Status.NotFound"/> says that too).
        /// </summary>
        Load = 1,

        /// <summary>
        /// Store the value under the key, but only over the version that the task names, and only while nothing was
        /// changed under a later fence: else it fails with <see cref="Status.Busy"/>.
        /// </summary>
        Save = 2,

        /// <summary>
        /// Remove what is stored under the key, but keep its fence and version, so that they go on growing. Nothing
        /// stored is no failure; <see cref="Status.Busy"/> where something was changed under a later fence.
        /// </summary>
        Remove = 3,

        /// <summary>
        /// For which accounts is something stored, of all keys that begin with the task's?
        /// <see cref="Status.Unsupported"/> where the store cannot list.
        /// </summary>
        List = 4,

        /// <summary>
        /// Take the lock of the key for the task's time to live, at once or not at all: <see cref="Status.Busy"/> where
        /// another has it, and clef asks again for up to 75 seconds, at most twice a second in the end.
        /// <see cref="Status.Unsupported"/> where the store has no locks: clef goes on with versions alone.
        /// </summary>
        Lock = 5,

        /// <summary>Give the lock of the key back, if it still is that of the task's fence.</summary>
        Unlock = 6,
    }
}
