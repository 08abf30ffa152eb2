using System;
using System.Threading;
using System.Threading.Tasks;
using Clef.Native;

namespace Clef
{
    /// <summary>
    /// Credentials that give tokens that refresh themselves. Immutable; any thread may use them at any time.
    /// </summary>
    public sealed class RefreshingCredentials : IDisposable
    {
        /// <summary>Credentials that rest on others, which they keep alive.</summary>
        public RefreshingCredentials(Credentials credentials)
        {
            if (credentials == null)
            {
                throw new ArgumentNullException(nameof(credentials));
            }
            RefreshingCredentialsHandle refreshing;
            IntPtr error;
            Status status = NativeMethods.clef_refreshing_credentials_new(
                credentials.Handle, out refreshing, out error);
            Failure.Check(status, error);
            refreshing.KeepAnswered(credentials.Handle.Pump);
            Handle = refreshing;
        }

        private RefreshingCredentials(RefreshingCredentialsHandle handle)
        {
            Handle = handle;
        }

        private delegate Status WithText(
            RefreshingCredentialsHandle credentials, byte[] text, out RefreshingTokenHandle token, out IntPtr error);

        private delegate Status WithVerifier(
            RefreshingCredentialsHandle credentials, byte[] code, byte[] verifier, out RefreshingTokenHandle token,
            out IntPtr error);

        /// <summary>The credentials underneath, as a new object.</summary>
        public Credentials Credentials
        {
            get
            {
                CredentialsHandle credentials = NativeMethods.clef_refreshing_credentials_credentials(Handle);
                credentials.KeepAnswered(Handle.Pump);
                return new Credentials(credentials);
            }
        }

        internal RefreshingCredentialsHandle Handle { get; }

        /// <summary>
        /// The URL to send the user to: step 1 of 2 of the authorisation code flow with a client secret. It is for the
        /// user and no log.
        /// </summary>
        /// <param name="scopes">What to ask for; null for public data alone.</param>
        /// <param name="state">Tells a forged redirect from a true one: take one from
        /// <see cref="Redirect.GenerateState"/>.</param>
        /// <param name="flags">How to ask.</param>
        public string UserAuthorisationUrl(
            ScopeSet scopes = null, string state = null, AuthorisationFlags flags = AuthorisationFlags.None)
        {
            IntPtr url, error;
            Status status = NativeMethods.clef_refreshing_credentials_user_authorisation_url(
                Handle, ScopeSet.HandleOf(scopes), Utf8.Optional(state, nameof(state)), (uint)flags, out url,
                out error);
            Failure.Check(status, error);
            return Utf8.Owned(url);
        }

        /// <summary>
        /// The URL to send the user to, with the verifier to keep for step 2: the authorisation code flow with PKCE.
        /// </summary>
        /// <param name="scopes">What to ask for; null for public data alone.</param>
        /// <param name="state">As for <see cref="UserAuthorisationUrl"/>.</param>
        /// <param name="verifierBytes">From 32 to 96 random bytes.</param>
        /// <param name="flags">How to ask.</param>
        public PkceAuthorisation PkceUserAuthorisation(
            ScopeSet scopes = null, string state = null, int verifierBytes = 32,
            AuthorisationFlags flags = AuthorisationFlags.None)
        {
            if (verifierBytes < 0)
            {
                throw new ArgumentOutOfRangeException(nameof(verifierBytes));
            }
            IntPtr url, verifier, error;
            Status status = NativeMethods.clef_refreshing_credentials_pkce_user_authorisation(
                Handle, ScopeSet.HandleOf(scopes), Utf8.Optional(state, nameof(state)), (UIntPtr)verifierBytes,
                (uint)flags, out url, out verifier, out error);
            Failure.Check(status, error);
            return new PkceAuthorisation(Utf8.Owned(url), Utf8.Owned(verifier));
        }

        /// <summary>Requests a client token, for what needs no user. Blocks until the service has answered.</summary>
        public RefreshingToken RequestClientToken()
        {
            RefreshingTokenHandle token;
            IntPtr error;
            Failure.Check(
                NativeMethods.clef_refreshing_credentials_request_client_token(Handle, out token, out error), error);
            return Answered(token);
        }

        /// <summary><see cref="RequestClientToken"/> without blocking.</summary>
        public Task<RefreshingToken> RequestClientTokenAsync(
            CancellationToken cancellation = default(CancellationToken))
        {
            return RefreshingAsync(credentials => credentials.RequestClientTokenAsync(cancellation));
        }

        /// <summary>
        /// Requests a user's token for the code of a redirect: step 2 of 2 with a client secret. Blocks until the
        /// service has answered.
        /// </summary>
        public RefreshingToken RequestUserToken(string code)
        {
            return Call(NativeMethods.clef_refreshing_credentials_request_user_token, code, nameof(code));
        }

        /// <summary><see cref="RequestUserToken"/> without blocking.</summary>
        public Task<RefreshingToken> RequestUserTokenAsync(
            string code, CancellationToken cancellation = default(CancellationToken))
        {
            return RefreshingAsync(credentials => credentials.RequestUserTokenAsync(code, cancellation));
        }

        /// <summary>
        /// Requests a refreshed token of a login with a client secret. Blocks until the service has answered.
        /// </summary>
        public RefreshingToken RefreshUserToken(string refreshToken)
        {
            return Call(NativeMethods.clef_refreshing_credentials_refresh_user_token, refreshToken, nameof(refreshToken));
        }

        /// <summary><see cref="RefreshUserToken"/> without blocking.</summary>
        public Task<RefreshingToken> RefreshUserTokenAsync(
            string refreshToken, CancellationToken cancellation = default(CancellationToken))
        {
            return RefreshingAsync(credentials => credentials.RefreshUserTokenAsync(refreshToken, cancellation));
        }

        /// <summary>
        /// Requests a user's token for the code of a redirect and its verifier: step 2 of 2 with PKCE. Blocks until the
        /// service has answered.
        /// </summary>
        public RefreshingToken RequestPkceToken(string code, string verifier)
        {
            return Call(NativeMethods.clef_refreshing_credentials_request_pkce_token, code, verifier);
        }

        /// <summary><see cref="RequestPkceToken"/> without blocking.</summary>
        public Task<RefreshingToken> RequestPkceTokenAsync(
            string code, string verifier, CancellationToken cancellation = default(CancellationToken))
        {
            return RefreshingAsync(credentials => credentials.RequestPkceTokenAsync(code, verifier, cancellation));
        }

        /// <summary>
        /// Requests a refreshed token of a login with PKCE. The service spends the old refresh token: save <see
        /// cref="RefreshingToken.Current"/> at once. Blocks until the service has answered.
        /// </summary>
        public RefreshingToken RefreshPkceToken(string refreshToken)
        {
            return Call(NativeMethods.clef_refreshing_credentials_refresh_pkce_token, refreshToken, nameof(refreshToken));
        }

        /// <summary><see cref="RefreshPkceToken"/> without blocking.</summary>
        public Task<RefreshingToken> RefreshPkceTokenAsync(
            string refreshToken, CancellationToken cancellation = default(CancellationToken))
        {
            return RefreshingAsync(credentials => credentials.RefreshPkceTokenAsync(refreshToken, cancellation));
        }

        /// <summary>The same credentials for another owner, who disposes of them too.</summary>
        public RefreshingCredentials Clone()
        {
            RefreshingCredentialsHandle clone = NativeMethods.clef_refreshing_credentials_clone(Handle);
            clone.KeepAnswered(Handle.Pump);
            return new RefreshingCredentials(clone);
        }

        /// <summary>The client id; no secret.</summary>
        public override string ToString()
        {
            if (Handle.IsClosed)
            {
                return "RefreshingCredentials (disposed)";
            }
            using (Credentials credentials = Credentials)
            {
                return $"RefreshingCredentials ({credentials.ClientId})";
            }
        }

        /// <summary>Frees the credentials; tokens that came from them live on.</summary>
        public void Dispose()
        {
            Handle.Dispose();
        }

        private RefreshingToken Call(WithText call, string text, string name)
        {
            RefreshingTokenHandle token;
            IntPtr error;
            Failure.Check(call(Handle, Utf8.Argument(text, name), out token, out error), error);
            return Answered(token);
        }

        private RefreshingToken Call(WithVerifier call, string code, string verifier)
        {
            RefreshingTokenHandle token;
            IntPtr error;
            Status status = call(
                Handle, Utf8.Argument(code, nameof(code)), Utf8.Argument(verifier, nameof(verifier)), out token,
                out error);
            Failure.Check(status, error);
            return Answered(token);
        }

        private RefreshingToken Answered(RefreshingTokenHandle token)
        {
            token.KeepAnswered(Handle.Pump);
            return new RefreshingToken(token);
        }

        private async Task<RefreshingToken> RefreshingAsync(Func<Credentials, Task<Token>> request)
        {
            using (Credentials credentials = Credentials)
            using (Token token = await request(credentials).ConfigureAwait(false))
            {
                return new RefreshingToken(token, credentials);
            }
        }
    }
}
