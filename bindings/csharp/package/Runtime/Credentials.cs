using System;
using System.Threading;
using System.Threading.Tasks;
using Clef.Native;

namespace Clef
{
    /// <summary>
    /// A program's credentials, with the service that they are for and the sender that carries their requests.
    /// Immutable; any thread may use them at any time.
    /// </summary>
    public sealed class Credentials : IDisposable
    {
        private const int UsualVerifierBytes = 32;

        /// <summary>Credentials for Spotify's accounts service.</summary>
        /// <param name="clientId">The client id of the program.</param>
        /// <param name="clientSecret">Its secret; null with PKCE, which needs none.</param>
        /// <param name="redirectUri">Where a login leads back to; null where nobody logs in. It is sent byte for byte
        /// as given.</param>
        /// <param name="sender">Who carries the requests; null for the built-in sender.</param>
        /// <exception cref="ClefException"><see cref="Status.InvalidRedirectUri"/>: the service would refuse it, or it
        /// is unsafe.</exception>
        public Credentials(
            string clientId, string clientSecret = null, string redirectUri = null, Sender sender = null)
        {
            CredentialsHandle credentials;
            IntPtr error;
            Status status = NativeMethods.clef_credentials_new(
                Utf8.Argument(clientId, nameof(clientId)), Utf8.Optional(clientSecret, nameof(clientSecret)),
                Utf8.Optional(redirectUri, nameof(redirectUri)), Sender.HandleOf(sender), out credentials, out error);
            Failure.Check(status, error);
            credentials.KeepAnswered(Sender.HandleOf(sender).Pump);
            Handle = credentials;
        }

        internal Credentials(CredentialsHandle handle)
        {
            Handle = handle;
        }

        private delegate Status Plain<THandle>(CredentialsHandle credentials, out THandle result, out IntPtr error);

        private delegate Status WithText<THandle>(
            CredentialsHandle credentials, byte[] text, out THandle result, out IntPtr error);

        private delegate Status WithVerifier<THandle>(
            CredentialsHandle credentials, byte[] code, byte[] verifier, out THandle result, out IntPtr error);

        private delegate Status WithToken<THandle>(
            CredentialsHandle credentials, TokenHandle token, out THandle result, out IntPtr error);

        /// <summary>The client id.</summary>
        public string ClientId
        {
            get
            {
                using (var lease = new Lease(Handle))
                {
                    return Utf8.Borrowed(NativeMethods.clef_credentials_client_id(lease.Pointer));
                }
            }
        }

        /// <summary>The redirect URI, as it was given; null for none.</summary>
        public string RedirectUri
        {
            get
            {
                using (var lease = new Lease(Handle))
                {
                    return Utf8.Borrowed(NativeMethods.clef_credentials_redirect_uri(lease.Pointer));
                }
            }
        }

        internal CredentialsHandle Handle { get; }

        /// <summary>
        /// The same credentials for another accounts service: the sandbox, or a proxy of your own. It must be https,
        /// or http to a loopback address.
        /// </summary>
        public Credentials WithAccountsUrl(string url)
        {
            return Changed(NativeMethods.clef_credentials_with_accounts_url, url, nameof(url));
        }

        /// <summary>The same credentials with another redirect URI.</summary>
        public Credentials WithRedirectUri(string redirectUri)
        {
            return Changed(NativeMethods.clef_credentials_with_redirect_uri, redirectUri, nameof(redirectUri));
        }

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
            Status status = NativeMethods.clef_credentials_user_authorisation_url(
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
            ScopeSet scopes = null, string state = null, int verifierBytes = UsualVerifierBytes,
            AuthorisationFlags flags = AuthorisationFlags.None)
        {
            if (verifierBytes < 0)
            {
                throw new ArgumentOutOfRangeException(nameof(verifierBytes));
            }
            IntPtr url, verifier, error;
            Status status = NativeMethods.clef_credentials_pkce_user_authorisation(
                Handle, ScopeSet.HandleOf(scopes), Utf8.Optional(state, nameof(state)), (UIntPtr)verifierBytes,
                (uint)flags, out url, out verifier, out error);
            Failure.Check(status, error);
            return new PkceAuthorisation(Utf8.Owned(url), Utf8.Owned(verifier));
        }

        /// <summary>Requests a client token, for what needs no user. Blocks until the service has answered.</summary>
        public Token RequestClientToken()
        {
            return new Token(Call<TokenHandle>(NativeMethods.clef_credentials_request_client_token));
        }

        /// <summary><see cref="RequestClientToken"/> without blocking.</summary>
        public async Task<Token> RequestClientTokenAsync(CancellationToken cancellation = default(CancellationToken))
        {
            using (PreparedRequest request = PrepareClientToken())
            {
                return await request.SendAsync(cancellation).ConfigureAwait(false);
            }
        }

        /// <summary>The request of <see cref="RequestClientToken"/> as a value, not sent yet. No network.</summary>
        public PreparedRequest PrepareClientToken()
        {
            return Prepared(Call<HttpRequestHandle>(NativeMethods.clef_credentials_prepare_client_token));
        }

        /// <summary>
        /// Requests a user's token for the code of a redirect: step 2 of 2 with a client secret. Blocks until the
        /// service has answered.
        /// </summary>
        public Token RequestUserToken(string code)
        {
            return new Token(Call<TokenHandle>(NativeMethods.clef_credentials_request_user_token, code, nameof(code)));
        }

        /// <summary><see cref="RequestUserToken"/> without blocking.</summary>
        public async Task<Token> RequestUserTokenAsync(
            string code, CancellationToken cancellation = default(CancellationToken))
        {
            using (PreparedRequest request = PrepareUserToken(code))
            {
                return await request.SendAsync(cancellation).ConfigureAwait(false);
            }
        }

        /// <summary>The request of <see cref="RequestUserToken"/> as a value, not sent yet. No network.</summary>
        public PreparedRequest PrepareUserToken(string code)
        {
            return Prepared(
                Call<HttpRequestHandle>(NativeMethods.clef_credentials_prepare_user_token, code, nameof(code)));
        }

        /// <summary>
        /// Requests a refreshed token of a login with a client secret. Blocks until the service has answered.
        /// </summary>
        public Token RefreshUserToken(string refreshToken)
        {
            return new Token(
                Call<TokenHandle>(NativeMethods.clef_credentials_refresh_user_token, refreshToken, nameof(refreshToken)));
        }

        /// <summary><see cref="RefreshUserToken"/> without blocking.</summary>
        public async Task<Token> RefreshUserTokenAsync(
            string refreshToken, CancellationToken cancellation = default(CancellationToken))
        {
            using (PreparedRequest request = PrepareRefreshUserToken(refreshToken))
            {
                return await request.SendAsync(cancellation).ConfigureAwait(false);
            }
        }

        /// <summary>The request of <see cref="RefreshUserToken"/> as a value, not sent yet. No network.</summary>
        public PreparedRequest PrepareRefreshUserToken(string refreshToken)
        {
            return Prepared(
                Call<HttpRequestHandle>(NativeMethods.clef_credentials_prepare_refresh_user_token, refreshToken, nameof(refreshToken)));
        }

        /// <summary>
        /// Requests a user's token for the code of a redirect and its verifier: step 2 of 2 with PKCE. Blocks until the
        /// service has answered.
        /// </summary>
        public Token RequestPkceToken(string code, string verifier)
        {
            return new Token(Call<TokenHandle>(NativeMethods.clef_credentials_request_pkce_token, code, verifier));
        }

        /// <summary><see cref="RequestPkceToken"/> without blocking.</summary>
        public async Task<Token> RequestPkceTokenAsync(
            string code, string verifier, CancellationToken cancellation = default(CancellationToken))
        {
            using (PreparedRequest request = PreparePkceToken(code, verifier))
            {
                return await request.SendAsync(cancellation).ConfigureAwait(false);
            }
        }

        /// <summary>The request of <see cref="RequestPkceToken"/> as a value, not sent yet. No network.</summary>
        public PreparedRequest PreparePkceToken(string code, string verifier)
        {
            return Prepared(Call<HttpRequestHandle>(NativeMethods.clef_credentials_prepare_pkce_token, code, verifier));
        }

        /// <summary>
        /// Requests a refreshed token of a login with PKCE. The service spends the old refresh token: save the new one
        /// before you use it. Blocks until the service has answered.
        /// </summary>
        public Token RefreshPkceToken(string refreshToken)
        {
            return new Token(
                Call<TokenHandle>(NativeMethods.clef_credentials_refresh_pkce_token, refreshToken, nameof(refreshToken)));
        }

        /// <summary><see cref="RefreshPkceToken"/> without blocking.</summary>
        public async Task<Token> RefreshPkceTokenAsync(
            string refreshToken, CancellationToken cancellation = default(CancellationToken))
        {
            using (PreparedRequest request = PrepareRefreshPkceToken(refreshToken))
            {
                return await request.SendAsync(cancellation).ConfigureAwait(false);
            }
        }

        /// <summary>The request of <see cref="RefreshPkceToken"/> as a value, not sent yet. No network.</summary>
        public PreparedRequest PrepareRefreshPkceToken(string refreshToken)
        {
            return Prepared(
                Call<HttpRequestHandle>(NativeMethods.clef_credentials_prepare_refresh_pkce_token, refreshToken, nameof(refreshToken)));
        }

        /// <summary>
        /// Refreshes a token of any kind. What the answer leaves out is taken over from the old one, which stays as it
        /// is. Blocks until the service has answered.
        /// </summary>
        public Token Refresh(Token token)
        {
            return new Token(Call<TokenHandle>(NativeMethods.clef_credentials_refresh, token));
        }

        /// <summary><see cref="Refresh"/> without blocking.</summary>
        public async Task<Token> RefreshAsync(Token token, CancellationToken cancellation = default(CancellationToken))
        {
            using (PreparedRequest request = PrepareRefresh(token))
            {
                return await request.SendAsync(cancellation).ConfigureAwait(false);
            }
        }

        /// <summary>The request of <see cref="Refresh"/> as a value, not sent yet. No network.</summary>
        public PreparedRequest PrepareRefresh(Token token)
        {
            return Prepared(Call<HttpRequestHandle>(NativeMethods.clef_credentials_prepare_refresh, token));
        }

        /// <summary>The same credentials for another owner, who disposes of them too.</summary>
        public Credentials Clone()
        {
            return Answered(NativeMethods.clef_credentials_clone(Handle));
        }

        /// <summary>The client id; no secret.</summary>
        public override string ToString()
        {
            return Handle.IsClosed ? "Credentials (disposed)" : $"Credentials ({ClientId})";
        }

        /// <summary>Frees the credentials; what was made with them lives on.</summary>
        public void Dispose()
        {
            Handle.Dispose();
        }

        private Credentials Changed(WithText<CredentialsHandle> call, string text, string name)
        {
            CredentialsHandle changed;
            IntPtr error;
            Failure.Check(call(Handle, Utf8.Argument(text, name), out changed, out error), error);
            return Answered(changed);
        }

        private Credentials Answered(CredentialsHandle handle)
        {
            handle.KeepAnswered(Handle.Pump);
            return new Credentials(handle);
        }

        private PreparedRequest Prepared(HttpRequestHandle request)
        {
            request.KeepAnswered(Handle.Pump);
            return new PreparedRequest(request);
        }

        private THandle Call<THandle>(Plain<THandle> call)
        {
            THandle result;
            IntPtr error;
            Failure.Check(call(Handle, out result, out error), error);
            return result;
        }

        private THandle Call<THandle>(WithText<THandle> call, string text, string name)
        {
            THandle result;
            IntPtr error;
            Failure.Check(call(Handle, Utf8.Argument(text, name), out result, out error), error);
            return result;
        }

        private THandle Call<THandle>(WithVerifier<THandle> call, string code, string verifier)
        {
            THandle result;
            IntPtr error;
            Status status = call(
                Handle, Utf8.Argument(code, nameof(code)), Utf8.Argument(verifier, nameof(verifier)), out result,
                out error);
            Failure.Check(status, error);
            return result;
        }

        private THandle Call<THandle>(WithToken<THandle> call, Token token)
        {
            if (token == null)
            {
                throw new ArgumentNullException(nameof(token));
            }
            THandle result;
            IntPtr error;
            Failure.Check(call(Handle, token.Handle, out result, out error), error);
            return result;
        }
    }
}
