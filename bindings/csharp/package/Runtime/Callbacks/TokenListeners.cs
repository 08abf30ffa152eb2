using System;
using AOT;
using Clef.Native;

namespace Clef.Callbacks
{
    /// <summary>
    /// Opt-in, with reverse P/Invoke: hears of each new token before anybody uses it. <see cref="TokenWatcher"/> does
    /// without. Remove the listener before a domain reload.
    /// </summary>
    public static class TokenListeners
    {
        private static readonly ListenerCallback Callback = Hear;

        /// <summary>
        /// Has a function hear of what happens to the token, in place of the one before: on the thread that refreshes,
        /// or by the pump of its runtime. Blocks while the one before runs on another thread.
        /// </summary>
        /// <param name="token">The token. The function must not keep a <see cref="RefreshingToken"/> of it alive.</param>
        /// <param name="listener">On <see cref="TokenEvent.Changed"/> it saves the token; what it throws, or any status
        /// but <see cref="Status.Ok"/>, says that it could not, and the token is offered again. The token of the
        /// arguments is yours.</param>
        public static void SetListener(this RefreshingToken token, Func<TokenEventArgs, Status> listener)
        {
            RefreshingTokenHandle handle = Of(token);
            if (listener == null)
            {
                throw new ArgumentNullException(nameof(listener));
            }
            IntPtr error = IntPtr.Zero;
            Status status = UserData.Hand(listener, userData => CallbackMethods.clef_refreshing_token_set_listener(
                handle, Callback, userData, UserData.Free, out error));
            Failure.Check(status, error);
        }

        /// <summary>Has nobody hear. Once this returned, the listener before never runs again.</summary>
        public static void RemoveListener(this RefreshingToken token)
        {
            IntPtr error;
            Status status = CallbackMethods.clef_refreshing_token_set_listener(
                Of(token), null, IntPtr.Zero, null, out error);
            Failure.Check(status, error);
        }

        private static RefreshingTokenHandle Of(RefreshingToken token)
        {
            return (token ?? throw new ArgumentNullException(nameof(token))).Handle;
        }

        [MonoPInvokeCallback(typeof(ListenerCallback))]
        private static Status Hear(IntPtr userData, TokenEvent kind, IntPtr token, IntPtr error)
        {
            try
            {
                // Both are borrowed for the call: the token is cloned, the error copied.
                var arguments = new TokenEventArgs(
                    kind, new Token(NativeMethods.clef_token_clone(token)), Failure.Exception(error));
                return UserData.Of<Func<TokenEventArgs, Status>>(userData)(arguments);
            }
            catch (ClefException failure)
            {
                return failure.Status;
            }
            catch (Exception)
            {
                // Nothing may unwind into clef.
                return Status.Internal;
            }
        }
    }
}
