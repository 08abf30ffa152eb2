using System;
using AOT;
using Clef.Native;

namespace Clef.Callbacks
{
    /// <summary>
    /// Opt-in, with reverse P/Invoke: stores of your own, such as a database behind a fleet of servers. Without it, keep
    /// <see cref="Token.ToJson"/> wherever you like, and watch the token with a <see cref="TokenWatcher"/>. Dispose of
    /// everything that uses one before a domain reload.
    /// </summary>
    public static class CallbackStore
    {
        private static readonly StoreCallback Callback = Run;

        /// <summary>A store that hands each thing to do to a function, which ends it now or later.</summary>
        /// <param name="run">Called on the thread that uses the store, by several at a time if several do. What it
        /// throws ends the task as a failure. It must not use the store.</param>
        public static TokenStore Create(Action<StoreTask> run)
        {
            TokenStoreHandle store = null;
            IntPtr error = IntPtr.Zero;
            Status status = UserData.Hand(
                run ?? throw new ArgumentNullException(nameof(run)),
                userData => CallbackMethods.clef_token_store_new_custom(
                    Callback, userData, UserData.Free, out store, out error));
            Failure.Check(status, error);
            return new TokenStore(store);
        }

        /// <summary>The same, but only <see cref="Runtime.RunCallbacks"/> of a runtime calls the function.</summary>
        public static TokenStore Create(Runtime runtime, Action<StoreTask> run)
        {
            TokenStoreHandle store = null;
            IntPtr error = IntPtr.Zero;
            Status status = UserData.Hand(
                run ?? throw new ArgumentNullException(nameof(run)),
                userData => CallbackMethods.clef_runtime_new_store(
                    Runtime.HandleOf(runtime), Callback, userData, UserData.Free, out store, out error));
            Failure.Check(status, error);
            return new TokenStore(store);
        }

        [MonoPInvokeCallback(typeof(StoreCallback))]
        private static void Run(IntPtr userData, IntPtr pointer)
        {
            var handle = new StoreTaskHandle(pointer);
            try
            {
                UserData.Of<Action<StoreTask>>(userData)(new StoreTask(handle));
            }
            catch (Exception)
            {
                // Nothing may unwind into clef.
                handle.Dispose();
            }
        }
    }
}
