using System;
using System.Threading;
using System.Threading.Tasks;
using Clef.Native;

namespace Clef
{
    /// <summary>
    /// Listens on a port of this computer for the redirect that ends a login (RFC 8252). Any thread may use it at any
    /// time; one waits at a time.
    /// </summary>
    public sealed class RedirectListener : IDisposable
    {
        private readonly RedirectListenerHandle handle;

        /// <summary>
        /// Listens at <c>http://127.0.0.1[:port][/path]</c> or <c>http://[::1][:port][/path]</c>, from now until it is
        /// disposed of. Without a port, or with port 0, a free one is picked.
        /// </summary>
        /// <exception cref="ClefException"><see cref="Status.InvalidRedirectUri"/>;
        /// <see cref="Status.AddressInUse"/>.</exception>
        public RedirectListener(string redirectUri)
        {
            IntPtr error;
            Status status = NativeMethods.clef_redirect_listener_new(
                Utf8.Argument(redirectUri, nameof(redirectUri)), out handle, out error);
            Failure.Check(status, error);
        }

        /// <summary>
        /// The redirect URI to log in with, for <see cref="Credentials.WithRedirectUri"/>: as it was given, but with the
        /// port that is listened on.
        /// </summary>
        public string Uri
        {
            get
            {
                using (var lease = new Lease(handle))
                {
                    return Utf8.Borrowed(NativeMethods.clef_redirect_listener_uri(lease.Pointer));
                }
            }
        }

        /// <summary>
        /// What the browser shows in the end: text for the page of clef, or a whole page where it begins with
        /// <c>&lt;</c>. Null for the page of clef.
        /// </summary>
        public void SetPage(string success, string failure)
        {
            IntPtr error;
            Status status = NativeMethods.clef_redirect_listener_set_page(
                handle, Utf8.Optional(success, nameof(success)), Utf8.Optional(failure, nameof(failure)), out error);
            Failure.Check(status, error);
        }

        /// <summary>
        /// Blocks until the redirect has come, and gives its whole URL, for
        /// <see cref="UserAuth.RequestTokenFromUrl"/> and its kin. <b>Secret</b>.
        /// </summary>
        /// <param name="expectedState">The state of the login: a redirect with another one is turned away, and the
        /// waiting goes on. Null for any redirect.</param>
        /// <param name="timeout">How long to wait.</param>
        /// <exception cref="ClefException"><see cref="Status.Timeout"/>: you may wait again;
        /// <see cref="Status.Cancelled"/> after <see cref="Cancel"/>; <see cref="Status.Busy"/> while another thread
        /// waits.</exception>
        public string Wait(string expectedState, TimeSpan timeout)
        {
            IntPtr url, error;
            Failure.Check(Look(expectedState, timeout, out url, out error), error);
            return Utf8.Owned(url);
        }

        /// <summary><see cref="Wait"/> without blocking. After cancelling this, you may wait again.</summary>
        public async Task<string> WaitAsync(
            string expectedState, CancellationToken cancellation = default(CancellationToken))
        {
            var pace = new Pace();
            while (true)
            {
                cancellation.ThrowIfCancellationRequested();
                IntPtr url, error;
                Status status = Look(expectedState, TimeSpan.Zero, out url, out error);
                if (status != Status.Timeout)
                {
                    Failure.Check(status, error);
                    return Utf8.Owned(url);
                }
                NativeMethods.clef_error_free(error);
                await pace.NextAsync().ConfigureAwait(false);
            }
        }

        /// <summary>Ends the waiting under way, and all later ones, as <see cref="Status.Cancelled"/>.</summary>
        public void Cancel()
        {
            NativeMethods.clef_redirect_listener_cancel(handle);
        }

        /// <summary>The URI that is listened at.</summary>
        public override string ToString()
        {
            return handle.IsClosed ? "RedirectListener (disposed)" : $"RedirectListener ({Uri})";
        }

        /// <summary>Ends all waiting, and gives the port back.</summary>
        public void Dispose()
        {
            if (!handle.IsClosed)
            {
                Cancel();
                handle.Dispose();
            }
        }

        private Status Look(string expectedState, TimeSpan timeout, out IntPtr url, out IntPtr error)
        {
            return NativeMethods.clef_redirect_listener_wait(
                handle, Utf8.Optional(expectedState, nameof(expectedState)), Times.Milliseconds(timeout), out url,
                out error);
        }
    }
}
