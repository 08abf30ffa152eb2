using System;
using System.Threading;
using System.Threading.Tasks;
using Clef.Native;

namespace Clef
{
    /// <summary>
    /// Logs users in: opens the browser, receives the redirect, verifies its state, and trades its code for a token that
    /// refreshes itself (RFC 8252).
    /// </summary>
    /// <remarks>
    /// The redirect URI of the credentials says how the user comes back. <c>http://127.0.0.1[:port][/path]</c> and
    /// <c>http://[::1]…</c> are listened at: without a port a free one is picked. Any other is nobody's to listen at: the
    /// login ends when its URL is handed to <see cref="LoginOperation.Paste"/>, which ends any login. PKCE is used with
    /// <see cref="LoginFlags.Pkce"/>, and where the credentials have no client secret.
    /// </remarks>
    public static class Logins
    {
        /// <summary>Logs a user in. Blocks for as long as they take.</summary>
        /// <param name="credentials">The program's.</param>
        /// <param name="scopes">What to ask for; null for public data alone.</param>
        /// <param name="options">Null for the usual ones.</param>
        /// <exception cref="ClefException"><see cref="Status.AccessDenied"/> or <see cref="Status.OAuth"/> where the user
        /// or the service refuses, <see cref="Status.Timeout"/> where nobody comes in time,
        /// <see cref="Status.AddressInUse"/>, <see cref="Status.NoBrowser"/>, <see cref="Status.Store"/>.</exception>
        public static RefreshingToken LogIn(
            this Credentials credentials, ScopeSet scopes = null, LoginOptions options = null)
        {
            if (options != null && options.ShowUrl != null)
            {
                return LogInAsync(credentials, scopes, options).GetAwaiter().GetResult();
            }
            using (LoginOptionsHandle native = (options ?? new LoginOptions()).ToNative())
            {
                RefreshingTokenHandle token;
                IntPtr error;
                Status status = NativeMethods.clef_login(
                    Of(credentials), ScopeSet.HandleOf(scopes), native, out token, out error);
                Failure.Check(status, error);
                token.KeepAnswered(credentials.Handle.Pump);
                return new RefreshingToken(token);
            }
        }

        /// <summary><see cref="LogIn"/> without blocking.</summary>
        public static async Task<RefreshingToken> LogInAsync(
            this Credentials credentials, ScopeSet scopes = null, LoginOptions options = null,
            CancellationToken cancellation = default(CancellationToken))
        {
            cancellation.ThrowIfCancellationRequested();
            using (LoginOperation login = StartLogin(credentials, Runtime.Shared, scopes, options))
            {
                if (options != null && options.ShowUrl != null)
                {
                    await ShowAsync(login, options.ShowUrl, cancellation).ConfigureAwait(false);
                }
                return await login.WaitAsync(cancellation).ConfigureAwait(false);
            }
        }

        /// <summary>
        /// Begins to <see cref="LogIn"/> in the background of a runtime. The port is taken here. What
        /// <see cref="LoginOptions.ShowUrl"/> would do is left to you: show <see cref="LoginOperation.Url"/>.
        /// </summary>
        public static LoginOperation StartLogin(
            this Credentials credentials, Runtime runtime, ScopeSet scopes = null, LoginOptions options = null)
        {
            using (LoginOptionsHandle native = (options ?? new LoginOptions()).ToNative())
            {
                OperationHandle operation;
                IntPtr error;
                Status status = NativeMethods.clef_login_start(
                    Of(credentials), ScopeSet.HandleOf(scopes), native, Runtime.HandleOf(runtime), IntPtr.Zero,
                    IntPtr.Zero, IntPtr.Zero, out operation, out error);
                Failure.Check(status, error);
                operation.KeepAnswered(credentials.Handle.Pump);
                return new LoginOperation(operation, runtime);
            }
        }

        /// <summary>Where it fails, or the login ended before there was a URL, the login is ended too.</summary>
        private static async Task ShowAsync(
            LoginOperation login, Action<string> showUrl, CancellationToken cancellation)
        {
            try
            {
                var pace = new Pace();
                string url;
                while ((url = UrlUnlessDone(login)) == null && !login.IsDone)
                {
                    cancellation.ThrowIfCancellationRequested();
                    login.Runtime.RunCallbacksIfShared();
                    await pace.NextAsync().ConfigureAwait(false);
                }
                if (url != null)
                {
                    showUrl(url);
                }
            }
            catch
            {
                login.Cancel();
                throw;
            }
        }

        private static string UrlUnlessDone(LoginOperation login)
        {
            try
            {
                return login.Url;
            }
            catch (ClefException error) when (error.Status == Status.AlreadyUsed)
            {
                return null;
            }
        }

        private static CredentialsHandle Of(Credentials credentials)
        {
            return (credentials ?? throw new ArgumentNullException(nameof(credentials))).Handle;
        }
    }
}
