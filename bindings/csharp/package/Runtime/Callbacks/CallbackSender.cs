using System;
using AOT;
using Clef.Native;

namespace Clef.Callbacks
{
    /// <summary>
    /// Opt-in, with reverse P/Invoke: senders that clef calls on the thread that sends. <see cref="Sender.Custom"/> and
    /// <see cref="PolledSender"/> do without. Dispose of everything that uses one before a domain reload.
    /// </summary>
    public static class CallbackSender
    {
        private static readonly SendCallback Callback = Send;

        /// <summary>A sender that hands each request to a function, which ends it now or later.</summary>
        /// <param name="send">Called by several threads at a time if several send. What it throws ends the exchange as
        /// a failure that may have been sent.</param>
        /// <param name="timeout">How long whoever sends waits.</param>
        public static Sender Create(Action<Exchange> send, TimeSpan timeout)
        {
            SenderHandle sender = null;
            IntPtr error = IntPtr.Zero;
            Status status = UserData.Hand(
                send ?? throw new ArgumentNullException(nameof(send)),
                userData => CallbackMethods.clef_sender_new_custom(
                    Callback, userData, UserData.Free, Times.Milliseconds(timeout), out sender, out error));
            Failure.Check(status, error);
            return new Sender(sender);
        }

        /// <summary>The same, but only <see cref="Runtime.RunCallbacks"/> of a runtime calls the function.</summary>
        public static Sender Create(Runtime runtime, Action<Exchange> send, TimeSpan timeout)
        {
            SenderHandle sender = null;
            IntPtr error = IntPtr.Zero;
            Status status = UserData.Hand(
                send ?? throw new ArgumentNullException(nameof(send)),
                userData => CallbackMethods.clef_runtime_new_sender(
                    Runtime.HandleOf(runtime), Callback, userData, UserData.Free, Times.Milliseconds(timeout),
                    out sender, out error));
            Failure.Check(status, error);
            return new Sender(sender);
        }

        [MonoPInvokeCallback(typeof(SendCallback))]
        private static void Send(IntPtr userData, IntPtr pointer)
        {
            var handle = new ExchangeHandle(pointer);
            try
            {
                UserData.Of<Action<Exchange>>(userData)(new Exchange(handle));
            }
            catch (Exception)
            {
                // Nothing may unwind into clef.
                handle.Dispose();
            }
        }
    }
}
