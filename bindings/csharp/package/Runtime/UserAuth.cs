using System;
using System.Threading;
using System.Threading.Tasks;
using Clef.Native;

namespace Clef
{
    /// <summary>
    /// One login of one user, step by step: its URL, the check of its state and the exchange of its code. It is spent
    /// once, when its state matched, whatever comes after. Any thread may use it.
    /// </summary>
    public sealed class UserAuth : IDisposable
    {
        private readonly UserAuthHandle handle;

        /// <summary>Begins a login. No network.</summary>
        /// <param name="credentials">Whose login it is.</param>
        /// <param name="scopes">What to ask for; null for public data alone.</param>
        /// <param name="flags">How to ask. Without PKCE the dialog always shows.</param>
        public UserAuth(
            Credentials credentials, ScopeSet scopes = null, AuthorisationFlags flags = AuthorisationFlags.None)
        {
            if (credentials == null)
            {
                throw new ArgumentNullException(nameof(credentials));
            }
            IntPtr error;
            Status status = NativeMethods.clef_user_auth_new(
                credentials.Handle, ScopeSet.HandleOf(scopes), (uint)flags, out handle, out error);
            Failure.Check(status, error);
            handle.KeepAnswered(credentials.Handle.Pump);
        }

        private UserAuth(UserAuthHandle handle)
        {
            this.handle = handle;
        }

        private delegate Status CodeCall<THandle>(
            UserAuthHandle auth, byte[] code, byte[] state, out THandle result, out IntPtr error);

        private delegate Status UrlCall<THandle>(
            UserAuthHandle auth, byte[] url, out THandle result, out IntPtr error);

        private delegate Status CodeStart(
            UserAuthHandle auth, byte[] code, byte[] state, RuntimeHandle runtime, IntPtr callback, IntPtr userData,
            IntPtr freeUserData, out OperationHandle operation, out IntPtr error);

        private delegate Status UrlStart(
            UserAuthHandle auth, byte[] url, RuntimeHandle runtime, IntPtr callback, IntPtr userData,
            IntPtr freeUserData, out OperationHandle operation, out IntPtr error);

        /// <summary>Where to send the user; null for a login that was resumed. It is for them and no log.</summary>
        public string Url
        {
            get
            {
                using (var lease = new Lease(handle))
                {
                    return Utf8.Borrowed(NativeMethods.clef_user_auth_url(lease.Pointer));
                }
            }
        }

        /// <summary>The state, to be kept for <see cref="Resume"/>. <b>Secret</b>.</summary>
        public string State
        {
            get
            {
                using (var lease = new Lease(handle))
                {
                    return Utf8.Borrowed(NativeMethods.clef_user_auth_state(lease.Pointer));
                }
            }
        }

        /// <summary>The verifier, to be kept for <see cref="Resume"/>; null without PKCE. <b>Secret</b>.</summary>
        public string Verifier
        {
            get
            {
                using (var lease = new Lease(handle))
                {
                    return Utf8.Borrowed(NativeMethods.clef_user_auth_verifier(lease.Pointer));
                }
            }
        }

        /// <summary>
        /// Takes up a login that was begun elsewhere: for a redirect that lands on another server or process. No network.
        /// </summary>
        /// <param name="credentials">Whose login it is.</param>
        /// <param name="state">The <see cref="State"/> there.</param>
        /// <param name="verifier">The <see cref="Verifier"/> there; null for a login without PKCE.</param>
        /// <param name="flags">Those of the login there.</param>
        public static UserAuth Resume(
            Credentials credentials, string state, string verifier = null,
            AuthorisationFlags flags = AuthorisationFlags.None)
        {
            if (credentials == null)
            {
                throw new ArgumentNullException(nameof(credentials));
            }
            UserAuthHandle auth;
            IntPtr error;
            Status status = NativeMethods.clef_user_auth_resume(
                credentials.Handle, Utf8.Argument(state, nameof(state)), Utf8.Optional(verifier, nameof(verifier)),
                (uint)flags, out auth, out error);
            Failure.Check(status, error);
            auth.KeepAnswered(credentials.Handle.Pump);
            return new UserAuth(auth);
        }

        /// <summary>
        /// Verifies the state and trades the code for a token. Blocks until the service has answered.
        /// </summary>
        /// <exception cref="ClefException"><see cref="Status.StateMismatch"/> for another state, which leaves the login
        /// as it is; <see cref="Status.AlreadyUsed"/> after one that matched.</exception>
        public Token RequestToken(string code, string state)
        {
            return new Token(Call<TokenHandle>(NativeMethods.clef_user_auth_request_token, code, state));
        }

        /// <summary>
        /// Verifies the state in the URL that the user was redirected to, and trades its code for a token. Blocks until
        /// the service has answered.
        /// </summary>
        /// <exception cref="ClefException"><see cref="Status.AccessDenied"/> where the user said no;
        /// <see cref="Status.MissingParameter"/>, <see cref="Status.RepeatedParameter"/>; else as
        /// <see cref="RequestToken"/>.</exception>
        public Token RequestTokenFromUrl(string url)
        {
            return new Token(Call<TokenHandle>(NativeMethods.clef_user_auth_request_token_from_url, url));
        }

        /// <summary><see cref="RequestToken"/> for a token that refreshes itself.</summary>
        public RefreshingToken RequestRefreshingToken(string code, string state)
        {
            return Answered(
                Call<RefreshingTokenHandle>(NativeMethods.clef_user_auth_request_refreshing_token, code, state));
        }

        /// <summary><see cref="RequestTokenFromUrl"/> for a token that refreshes itself.</summary>
        public RefreshingToken RequestRefreshingTokenFromUrl(string url)
        {
            return Answered(
                Call<RefreshingTokenHandle>(NativeMethods.clef_user_auth_request_refreshing_token_from_url, url));
        }

        /// <summary><see cref="RequestToken"/> without blocking.</summary>
        public Task<Token> RequestTokenAsync(
            string code, string state, CancellationToken cancellation = default(CancellationToken))
        {
            return WaitAsync(() => StartRequestToken(code, state, Runtime.Shared), cancellation);
        }

        /// <summary><see cref="RequestTokenFromUrl"/> without blocking.</summary>
        public Task<Token> RequestTokenFromUrlAsync(
            string url, CancellationToken cancellation = default(CancellationToken))
        {
            return WaitAsync(() => StartRequestTokenFromUrl(url, Runtime.Shared), cancellation);
        }

        /// <summary><see cref="RequestRefreshingToken"/> without blocking.</summary>
        public Task<RefreshingToken> RequestRefreshingTokenAsync(
            string code, string state, CancellationToken cancellation = default(CancellationToken))
        {
            return WaitAsync(() => StartRequestRefreshingToken(code, state, Runtime.Shared), cancellation);
        }

        /// <summary><see cref="RequestRefreshingTokenFromUrl"/> without blocking.</summary>
        public Task<RefreshingToken> RequestRefreshingTokenFromUrlAsync(
            string url, CancellationToken cancellation = default(CancellationToken))
        {
            return WaitAsync(() => StartRequestRefreshingTokenFromUrl(url, Runtime.Shared), cancellation);
        }

        /// <summary>
        /// Begins <see cref="RequestToken"/> in the background of a runtime. The state is verified here.
        /// </summary>
        public Operation<Token> StartRequestToken(string code, string state, Runtime runtime)
        {
            return Operation.OfToken(
                Start(NativeMethods.clef_user_auth_request_token_start, code, state, runtime), runtime, handle.Pump);
        }

        /// <summary>
        /// Begins <see cref="RequestTokenFromUrl"/> in the background of a runtime. The state is verified here.
        /// </summary>
        public Operation<Token> StartRequestTokenFromUrl(string url, Runtime runtime)
        {
            return Operation.OfToken(
                Start(NativeMethods.clef_user_auth_request_token_from_url_start, url, runtime), runtime, handle.Pump);
        }

        /// <summary>
        /// Begins <see cref="RequestRefreshingToken"/> in the background of a runtime. The state is verified here.
        /// </summary>
        public Operation<RefreshingToken> StartRequestRefreshingToken(string code, string state, Runtime runtime)
        {
            return Operation.OfRefreshingToken(
                Start(NativeMethods.clef_user_auth_request_refreshing_token_start, code, state, runtime), runtime,
                handle.Pump);
        }

        /// <summary>
        /// Begins <see cref="RequestRefreshingTokenFromUrl"/> in the background of a runtime. The state is verified here.
        /// </summary>
        public Operation<RefreshingToken> StartRequestRefreshingTokenFromUrl(string url, Runtime runtime)
        {
            return Operation.OfRefreshingToken(
                Start(NativeMethods.clef_user_auth_request_refreshing_token_from_url_start, url, runtime), runtime,
                handle.Pump);
        }

        /// <summary>
        /// The request of <see cref="RequestToken"/> as a value, not sent yet. It verifies the state, so it spends the
        /// login.
        /// </summary>
        public PreparedRequest PrepareToken(string code, string state)
        {
            return Prepared(Call<HttpRequestHandle>(NativeMethods.clef_user_auth_prepare_token, code, state));
        }

        /// <summary>
        /// The request of <see cref="RequestTokenFromUrl"/> as a value, not sent yet. It verifies the state, so it
        /// spends the login.
        /// </summary>
        public PreparedRequest PrepareTokenFromUrl(string url)
        {
            return Prepared(Call<HttpRequestHandle>(NativeMethods.clef_user_auth_prepare_token_from_url, url));
        }

        /// <summary>Wipes and frees the login.</summary>
        public void Dispose()
        {
            handle.Dispose();
        }

        private static async Task<TResult> WaitAsync<TResult>(
            Func<Operation<TResult>> start, CancellationToken cancellation) where TResult : class
        {
            cancellation.ThrowIfCancellationRequested();
            using (Operation<TResult> operation = start())
            {
                return await operation.WaitAsync(cancellation).ConfigureAwait(false);
            }
        }

        private RefreshingToken Answered(RefreshingTokenHandle token)
        {
            token.KeepAnswered(handle.Pump);
            return new RefreshingToken(token);
        }

        private PreparedRequest Prepared(HttpRequestHandle request)
        {
            request.KeepAnswered(handle.Pump);
            return new PreparedRequest(request);
        }

        private THandle Call<THandle>(CodeCall<THandle> call, string code, string state)
        {
            THandle result;
            IntPtr error;
            Status status = call(
                handle, Utf8.Argument(code, nameof(code)), Utf8.Argument(state, nameof(state)), out result, out error);
            Failure.Check(status, error);
            return result;
        }

        private THandle Call<THandle>(UrlCall<THandle> call, string url)
        {
            THandle result;
            IntPtr error;
            Failure.Check(call(handle, Utf8.Argument(url, nameof(url)), out result, out error), error);
            return result;
        }

        private OperationHandle Start(CodeStart call, string code, string state, Runtime runtime)
        {
            OperationHandle operation;
            IntPtr error;
            Status status = call(
                handle, Utf8.Argument(code, nameof(code)), Utf8.Argument(state, nameof(state)),
                Runtime.HandleOf(runtime), IntPtr.Zero, IntPtr.Zero, IntPtr.Zero, out operation, out error);
            Failure.Check(status, error);
            return operation;
        }

        private OperationHandle Start(UrlStart call, string url, Runtime runtime)
        {
            OperationHandle operation;
            IntPtr error;
            Status status = call(
                handle, Utf8.Argument(url, nameof(url)), Runtime.HandleOf(runtime), IntPtr.Zero, IntPtr.Zero,
                IntPtr.Zero, out operation, out error);
            Failure.Check(status, error);
            return operation;
        }
    }
}
