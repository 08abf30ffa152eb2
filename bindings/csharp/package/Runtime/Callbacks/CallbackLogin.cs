using System;
using AOT;
using Clef.Native;

namespace Clef.Callbacks
{
    /// <summary>
    /// Opt-in, with reverse P/Invoke: shows a login by a callback of clef. <see cref="LoginOptions.ShowUrl"/> and
    /// <see cref="LoginOperation.Url"/> do without.
    /// </summary>
    public static class CallbackLogin
    {
        private static readonly LoginCallback Callback = Show;

        /// <summary>
        /// Has a function show the logins of these options. No redirect is received before it returns. The attempt is
        /// yours: keep it for a button that cancels, and dispose of it.
        /// </summary>
        /// <param name="options">The options.</param>
        /// <param name="show">Called once a login, by the thread in <see cref="Logins.LogIn"/>; else by one that waits
        /// for the login or pumps its runtime. What it throws cancels the login.</param>
        public static void ShowAttempts(this LoginOptions options, Action<LoginAttempt> show)
        {
            if (options == null)
            {
                throw new ArgumentNullException(nameof(options));
            }
            if (show == null)
            {
                throw new ArgumentNullException(nameof(show));
            }
            options.Further = native =>
            {
                IntPtr error = IntPtr.Zero;
                Status status = UserData.Hand(show, userData => CallbackMethods.clef_login_options_set_browser(
                    native, Callback, userData, UserData.Free, out error));
                Failure.Check(status, error);
            };
        }

        [MonoPInvokeCallback(typeof(LoginCallback))]
        private static void Show(IntPtr userData, IntPtr borrowed)
        {
            var attempt = new LoginAttempt(CallbackMethods.clef_login_attempt_clone(borrowed));
            try
            {
                UserData.Of<Action<LoginAttempt>>(userData)(attempt);
            }
            catch (Exception)
            {
                // Nothing may unwind into clef.
                attempt.Cancel();
            }
        }
    }
}
