using System;
using System.Threading;
using System.Threading.Tasks;
using Clef.Native;

namespace Clef.Callbacks
{
    /// <summary>
    /// An attempt of a user to log in: what to show, and how to end the waiting from elsewhere. Any thread may use it at
    /// any time, also when the login is over.
    /// </summary>
    public sealed class LoginAttempt : IDisposable
    {
        private readonly LoginAttemptHandle handle;

        internal LoginAttempt(LoginAttemptHandle handle)
        {
            this.handle = handle;
        }

        /// <summary>Where to send the user. It is for them and no log.</summary>
        public string Url
        {
            get
            {
                using (var lease = new Lease(handle))
                {
                    return Utf8.Borrowed(CallbackMethods.clef_login_attempt_url(lease.Pointer));
                }
            }
        }

        /// <summary>Where the user is sent back to, with the port that is listened on.</summary>
        public string RedirectUri
        {
            get
            {
                using (var lease = new Lease(handle))
                {
                    return Utf8.Borrowed(CallbackMethods.clef_login_attempt_redirect_uri(lease.Pointer));
                }
            }
        }

        /// <summary>
        /// Opens the URL in the browser of the desktop. Blocks for a second at most, to see whether that fails.
        /// </summary>
        /// <exception cref="ClefException"><see cref="Status.NoBrowser"/>: the login goes on;
        /// <see cref="Status.AlreadyUsed"/>: it does not wait any more.</exception>
        public void OpenBrowser()
        {
            IntPtr error;
            Failure.Check(CallbackMethods.clef_login_attempt_open_browser(handle, out error), error);
        }

        /// <summary><see cref="OpenBrowser"/> without blocking this thread.</summary>
        public Task OpenBrowserAsync(CancellationToken cancellation = default(CancellationToken))
        {
            return Background.Run(OpenBrowser, cancellation);
        }

        /// <summary>As <see cref="LoginOperation.Paste"/>.</summary>
        public void Paste(string url)
        {
            IntPtr error;
            Status status = CallbackMethods.clef_login_attempt_paste(
                handle, Utf8.Argument(url, nameof(url)), out error);
            Failure.Check(status, error);
        }

        /// <summary>Ends the login as <see cref="Status.Cancelled"/>, unless it is done.</summary>
        public void Cancel()
        {
            CallbackMethods.clef_login_attempt_cancel(handle);
        }

        /// <summary>Where the user is sent back to; no secret.</summary>
        public override string ToString()
        {
            return handle.IsClosed ? "LoginAttempt (disposed)" : $"LoginAttempt ({RedirectUri})";
        }

        /// <summary>Frees the attempt; the login goes on.</summary>
        public void Dispose()
        {
            handle.Dispose();
        }
    }
}
