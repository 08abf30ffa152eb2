using System;
using System.Threading;
using System.Threading.Tasks;
using Clef.Native;

namespace Clef
{
    /// <summary>
    /// An access token that is refreshed when it is about to expire. Any number of threads may use it at any time: one
    /// request goes out for all of them.
    /// </summary>
    /// <remarks>Where no store keeps it, a <see cref="TokenWatcher"/> tells when there is a new token to save.</remarks>
    public sealed class RefreshingToken : IDisposable
    {
        /// <summary>A token that begins as this one. No network.</summary>
        /// <exception cref="ClefException"><see cref="Status.InvalidArgument"/>: the token is of another client than
        /// the credentials.</exception>
        public RefreshingToken(Token token, Credentials credentials)
        {
            if (token == null)
            {
                throw new ArgumentNullException(nameof(token));
            }
            if (credentials == null)
            {
                throw new ArgumentNullException(nameof(credentials));
            }
            RefreshingTokenHandle refreshing;
            IntPtr error;
            Status status = NativeMethods.clef_refreshing_token_new(
                token.Handle, credentials.Handle, out refreshing, out error);
            Failure.Check(status, error);
            refreshing.KeepAnswered(credentials.Handle.Pump);
            Handle = refreshing;
        }

        internal RefreshingToken(RefreshingTokenHandle handle)
        {
            Handle = handle;
        }

        private delegate Status StartCall(
            RefreshingTokenHandle token, RuntimeHandle runtime, IntPtr callback, IntPtr userData, IntPtr freeUserData,
            out OperationHandle operation, out IntPtr error);

        private delegate Status TextCall(RefreshingTokenHandle token, out IntPtr text, out IntPtr error);

        /// <summary>The credentials that refresh it, as a new object.</summary>
        public Credentials Credentials
        {
            get
            {
                CredentialsHandle credentials = NativeMethods.clef_refreshing_token_credentials(Handle);
                credentials.KeepAnswered(Handle.Pump);
                return new Credentials(credentials);
            }
        }

        /// <summary>The refresh token as it is now; null for a client token. No network. <b>Secret</b>.</summary>
        public string RefreshToken
        {
            get { return Text(NativeMethods.clef_refreshing_token_refresh_token); }
        }

        /// <summary>What the user allowed, as a new set; empty for a client token. No network.</summary>
        public ScopeSet Scopes
        {
            get
            {
                ScopeSetHandle scopes;
                IntPtr error;
                Failure.Check(NativeMethods.clef_refreshing_token_scopes(Handle, out scopes, out error), error);
                return new ScopeSet(scopes);
            }
        }

        /// <summary>How the token is used, as the service said it: <c>Bearer</c>. No network.</summary>
        public string TokenType
        {
            get { return Text(NativeMethods.clef_refreshing_token_token_type); }
        }

        /// <summary>Whether the token comes from a login with PKCE.</summary>
        public bool UsesPkce
        {
            get { return NativeMethods.clef_refreshing_token_uses_pkce(Handle); }
        }

        /// <summary>
        /// <see cref="DateTimeOffset.MaxValue"/>: it refreshes itself. <see cref="Current"/> has the times of the
        /// current token.
        /// </summary>
        public DateTimeOffset? ExpiresAt
        {
            get { return Times.Time(NativeMethods.clef_refreshing_token_expires_at(Handle)); }
        }

        /// <summary><see cref="TimeSpan.MaxValue"/>: it refreshes itself.</summary>
        public TimeSpan ExpiresIn
        {
            get { return Times.Duration(NativeMethods.clef_refreshing_token_expires_in(Handle)); }
        }

        /// <summary>False, always: it refreshes itself.</summary>
        public bool IsExpiring
        {
            get { return NativeMethods.clef_refreshing_token_is_expiring(Handle); }
        }

        /// <summary>
        /// The token as it is now, as a new object: for <see cref="Token.ToJson"/> and its times. No network.
        /// </summary>
        public Token Current
        {
            get
            {
                TokenHandle token;
                IntPtr error;
                Failure.Check(NativeMethods.clef_refreshing_token_token(Handle, out token, out error), error);
                return new Token(token);
            }
        }

        /// <summary>
        /// Why the last refresh failed, or why its token could not be stored; null after one that worked, and before
        /// the first.
        /// </summary>
        public ClefException LastError
        {
            get
            {
                ErrorHandle last;
                IntPtr error;
                Failure.Check(NativeMethods.clef_refreshing_token_last_error(Handle, out last, out error), error);
                using (last)
                using (var lease = new Lease(last))
                {
                    return Failure.Exception(lease.Pointer);
                }
            }
        }

        internal RefreshingTokenHandle Handle { get; }

        /// <summary>
        /// The access token, refreshed first when it has less than 60 seconds left. Ask before every request and keep
        /// no copy. <b>Secret</b>. Blocks while it refreshes.
        /// </summary>
        /// <exception cref="ClefException"><see cref="Status.LoginRequired"/> where the grant is dead; whatever the
        /// service and the network can do, once the old token has expired.</exception>
        public string GetAccessToken()
        {
            IntPtr accessToken, error;
            Failure.Check(
                NativeMethods.clef_refreshing_token_access_token(Handle, out accessToken, out error), error);
            return Utf8.Owned(accessToken);
        }

        /// <summary>
        /// The access token, if it can be had without a chance of waiting: false where it has to be refreshed first.
        /// <b>Secret</b>. Never blocks.
        /// </summary>
        public bool TryGetAccessToken(out string accessToken)
        {
            IntPtr text, error;
            Status status = NativeMethods.clef_refreshing_token_try_access_token(Handle, out text, out error);
            if (status == Status.WouldBlock)
            {
                NativeMethods.clef_error_free(error);
                accessToken = null;
                return false;
            }
            Failure.Check(status, error);
            accessToken = Utf8.Owned(text);
            return true;
        }

        /// <summary>
        /// <see cref="GetAccessToken"/> without blocking. While a refresh is under way, an old token that is still valid
        /// is given at once. Cancelling ends this waiting; a refresh that may have been sent is carried through and kept.
        /// </summary>
        public async Task<string> GetAccessTokenAsync(CancellationToken cancellation = default(CancellationToken))
        {
            cancellation.ThrowIfCancellationRequested();
            string accessToken;
            if (TryGetAccessToken(out accessToken))
            {
                return accessToken;
            }
            using (Operation<Token> operation = StartAccessToken(Runtime.Shared))
            using (Token token = await operation.WaitAsync(cancellation).ConfigureAwait(false))
            {
                return token.AccessToken;
            }
        }

        /// <summary>Begins <see cref="GetAccessToken"/> in the background of a runtime.</summary>
        public Operation<Token> StartAccessToken(Runtime runtime)
        {
            return Start(NativeMethods.clef_refreshing_token_access_token_start, runtime);
        }

        /// <summary>
        /// Refreshes now, however fresh the token is and whatever went wrong before. Blocks until the service has
        /// answered.
        /// </summary>
        public void Refresh()
        {
            IntPtr error;
            Failure.Check(NativeMethods.clef_refreshing_token_refresh(Handle, out error), error);
        }

        /// <summary><see cref="Refresh"/> without blocking.</summary>
        public async Task RefreshAsync(CancellationToken cancellation = default(CancellationToken))
        {
            cancellation.ThrowIfCancellationRequested();
            using (Operation<Token> operation = StartRefresh(Runtime.Shared))
            {
                (await operation.WaitAsync(cancellation).ConfigureAwait(false)).Dispose();
            }
        }

        /// <summary>Begins to <see cref="Refresh"/> in the background of a runtime.</summary>
        public Operation<Token> StartRefresh(Runtime runtime)
        {
            return Start(NativeMethods.clef_refreshing_token_refresh_start, runtime);
        }

        /// <summary>
        /// To be called after the Web API answered 401 to this access token: refreshes if that is still the current
        /// one, and does nothing if it is not. Blocks like <see cref="Refresh"/>. On failure the token is not served any
        /// more: the next call tries again.
        /// </summary>
        public void Invalidate(string accessToken)
        {
            IntPtr error;
            Status status = NativeMethods.clef_refreshing_token_invalidate(
                Handle, Utf8.Argument(accessToken, nameof(accessToken)), out error);
            Failure.Check(status, error);
        }

        /// <summary>
        /// <see cref="Invalidate"/> without blocking this thread. Cancelling ends the waiting alone.
        /// </summary>
        public Task InvalidateAsync(
            string accessToken, CancellationToken cancellation = default(CancellationToken))
        {
            return Background.Run(() => Invalidate(accessToken), cancellation);
        }

        /// <summary>
        /// Has a runtime refresh the token ahead of time, so that nobody need wait for the network. It ends with the
        /// token, with the runtime, and when the user has to log in again.
        /// </summary>
        /// <param name="runtime">Null for <see cref="Runtime.Shared"/>.</param>
        public void KeepFresh(Runtime runtime = null)
        {
            KeepFreshBy((runtime ?? Runtime.Shared).Handle);
        }

        /// <summary>Ends <see cref="KeepFresh"/>.</summary>
        public void StopKeepingFresh()
        {
            KeepFreshBy(RuntimeHandle.Null);
        }

        /// <summary>
        /// How long before the end of the grant to warn of it: two weeks where nothing is set, zero for never. It holds
        /// for <see cref="TokenEvent.GrantExpiring"/> of a listener.
        /// </summary>
        public void SetGrantWarning(TimeSpan time)
        {
            IntPtr error;
            Status status = NativeMethods.clef_refreshing_token_set_grant_warning(
                Handle, (long)time.TotalSeconds, out error);
            Failure.Check(status, error);
        }

        /// <summary>
        /// Stores this token for an account, in place of what is there, and from now on each new token before anybody
        /// sees it. Blocks for as long as the store takes.
        /// </summary>
        /// <param name="store">Where to keep it.</param>
        /// <param name="account">Your name for the user; null where there is one alone.</param>
        public void Attach(TokenStore store, string account = null)
        {
            IntPtr error;
            Status status = NativeMethods.clef_refreshing_token_attach(
                Handle, TokenStore.HandleOf(store), Utf8.Optional(account, nameof(account)), out error);
            Failure.Check(status, error);
        }

        /// <summary><see cref="Attach"/> without blocking this thread. Cancelling ends the waiting alone.</summary>
        public Task AttachAsync(
            TokenStore store, string account = null, CancellationToken cancellation = default(CancellationToken))
        {
            return Background.Run(() => Attach(store, account), cancellation);
        }

        /// <summary>The same token for another owner, who disposes of it too.</summary>
        public RefreshingToken Clone()
        {
            RefreshingTokenHandle clone = NativeMethods.clef_refreshing_token_clone(Handle);
            clone.KeepAnswered(Handle.Pump);
            return new RefreshingToken(clone);
        }

        /// <summary>What it is good for; no secret.</summary>
        public override string ToString()
        {
            if (Handle.IsClosed)
            {
                return "RefreshingToken (disposed)";
            }
            using (ScopeSet scopes = Scopes)
            {
                return $"RefreshingToken ({scopes})";
            }
        }

        /// <summary>Frees the token, and wipes it with the last of what uses it.</summary>
        public void Dispose()
        {
            Handle.Dispose();
        }

        private string Text(TextCall call)
        {
            IntPtr text, error;
            Failure.Check(call(Handle, out text, out error), error);
            return Utf8.Owned(text);
        }

        private Operation<Token> Start(StartCall call, Runtime runtime)
        {
            OperationHandle operation;
            IntPtr error;
            Status status = call(
                Handle, Runtime.HandleOf(runtime), IntPtr.Zero, IntPtr.Zero, IntPtr.Zero, out operation, out error);
            Failure.Check(status, error);
            return Operation.OfToken(operation, runtime, Handle.Pump);
        }

        private void KeepFreshBy(RuntimeHandle runtime)
        {
            IntPtr error;
            Failure.Check(NativeMethods.clef_refreshing_token_keep_fresh(Handle, runtime, out error), error);
        }
    }
}
