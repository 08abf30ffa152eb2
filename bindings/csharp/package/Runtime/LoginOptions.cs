using System;
using Clef.Native;

namespace Clef
{
    /// <summary>How to log a user in. It is read when a login begins.</summary>
    public sealed class LoginOptions
    {
        /// <summary>How to ask.</summary>
        public LoginFlags Flags { get; set; }

        /// <summary>How long the user may take; 5 minutes unless set.</summary>
        public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(5);

        /// <summary>
        /// Shows the login to the user in your way, in place of the desktop's browser: it is handed the URL once, on a
        /// thread that waits for the login. It is for the user and no log. Null for the browser.
        /// </summary>
        public Action<string> ShowUrl { get; set; }

        /// <summary>
        /// What the browser shows after a login: text for the page of clef, or a whole page where it begins with
        /// <c>&lt;</c>. Null for the page of clef.
        /// </summary>
        public string SuccessPage { get; set; }

        /// <summary>The same for a login that was refused.</summary>
        public string FailurePage { get; set; }

        /// <summary>Where to keep the token, from before anybody sees it; null for nowhere.</summary>
        public TokenStore Store { get; set; }

        /// <summary>The account to keep it for; null where there is one user alone.</summary>
        public string Account { get; set; }

        /// <summary>What an opt-in of <c>Clef.Callbacks</c> adds; null for nothing.</summary>
        internal Action<LoginOptionsHandle> Further { get; set; }

        internal LoginOptionsHandle ToNative()
        {
            LoginOptionsHandle options = NativeMethods.clef_login_options_new();
            try
            {
                Fill(options);
                return options;
            }
            catch
            {
                options.Dispose();
                throw;
            }
        }

        private void Fill(LoginOptionsHandle options)
        {
            IntPtr error;
            uint flags = (uint)Flags | (ShowUrl == null ? 0 : (uint)LoginFlags.NoBrowser);
            Failure.Check(NativeMethods.clef_login_options_set_flags(options, flags, out error), error);
            long timeout = Times.Milliseconds(Timeout);
            Failure.Check(NativeMethods.clef_login_options_set_timeout(options, timeout, out error), error);
            Status status = NativeMethods.clef_login_options_set_page(
                options, Utf8.Optional(SuccessPage, nameof(SuccessPage)),
                Utf8.Optional(FailurePage, nameof(FailurePage)), out error);
            Failure.Check(status, error);
            status = NativeMethods.clef_login_options_set_store(
                options, Store == null ? TokenStoreHandle.Null : TokenStore.HandleOf(Store),
                Utf8.Optional(Account, nameof(Account)), out error);
            Failure.Check(status, error);
            if (Further != null)
            {
                Further(options);
            }
        }
    }
}
