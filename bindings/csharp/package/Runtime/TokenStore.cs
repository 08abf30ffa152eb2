using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Clef.Native;

namespace Clef
{
    /// <summary>
    /// Keeps tokens where the next run of the program, or another process, finds them: one for each accounts service,
    /// client id and account. Any thread and any process may use it at any time.
    /// </summary>
    /// <remarks>
    /// An account is a name of your own for one of your users, at most 256 bytes; null where there is one user alone.
    /// Cancelling an <c>…Async</c> method ends the waiting: the store may still do what it was asked for, but for
    /// <see cref="OpenAsync"/>.
    /// </remarks>
    public sealed class TokenStore : IDisposable
    {
        private readonly TokenStoreHandle handle;

        internal TokenStore(TokenStoreHandle handle)
        {
            this.handle = handle;
        }

        /// <summary>Keeps tokens in a directory, each in a file that only this user may read.</summary>
        /// <param name="path">The directory; null for that of this user. It is made when there is something to
        /// keep.</param>
        public static TokenStore InDirectory(string path = null)
        {
            TokenStoreHandle store;
            IntPtr error;
            Status status = NativeMethods.clef_token_store_new_file(
                Utf8.Optional(path, nameof(path)), out store, out error);
            Failure.Check(status, error);
            return new TokenStore(store);
        }

        /// <summary>Keeps tokens in the keyring of the desktop, which the user's login unlocks.</summary>
        /// <param name="service">The name of your program, by which the user finds them there.</param>
        /// <exception cref="ClefException"><see cref="Status.Unsupported"/> where the native library was built without
        /// the feature <c>keyring</c>.</exception>
        public static TokenStore InKeyring(string service = null)
        {
            TokenStoreHandle store;
            IntPtr error;
            Status status = NativeMethods.clef_token_store_new_keyring(
                Utf8.Optional(service, nameof(service)), out store, out error);
            Failure.Check(status, error);
            return new TokenStore(store);
        }

        /// <summary>
        /// Opens the token that is kept for an account. Refreshed first when it is about to expire, and again whenever
        /// that is so later: each new token is stored before anybody sees it. Blocks while it refreshes.
        /// </summary>
        /// <exception cref="ClefException"><see cref="Status.NotFound"/> and <see cref="Status.LoginRequired"/>: both
        /// have the remedy <see cref="Remedy.LogIn"/>; <see cref="Status.Store"/>.</exception>
        public RefreshingToken Open(Credentials credentials, string account = null)
        {
            RefreshingTokenHandle token;
            IntPtr error;
            Status status = NativeMethods.clef_refreshing_token_open(
                handle, Of(credentials), Utf8.Optional(account, nameof(account)), out token, out error);
            Failure.Check(status, error);
            token.KeepAnswered(credentials.Handle.Pump);
            return new RefreshingToken(token);
        }

        /// <summary><see cref="Open"/> without blocking.</summary>
        public async Task<RefreshingToken> OpenAsync(
            Credentials credentials, string account = null, CancellationToken cancellation = default(CancellationToken))
        {
            cancellation.ThrowIfCancellationRequested();
            using (Operation<RefreshingToken> operation = StartOpen(credentials, account, Runtime.Shared))
            {
                return await operation.WaitAsync(cancellation).ConfigureAwait(false);
            }
        }

        /// <summary>Begins to <see cref="Open"/> in the background of a runtime.</summary>
        public Operation<RefreshingToken> StartOpen(Credentials credentials, string account, Runtime runtime)
        {
            OperationHandle operation;
            IntPtr error;
            Status status = NativeMethods.clef_refreshing_token_open_start(
                handle, Of(credentials), Utf8.Optional(account, nameof(account)), Runtime.HandleOf(runtime), IntPtr.Zero,
                IntPtr.Zero, IntPtr.Zero, out operation, out error);
            Failure.Check(status, error);
            return Operation.OfRefreshingToken(operation, runtime, credentials.Handle.Pump);
        }

        /// <summary>
        /// The token of an account, as it was stored: for a look. To use it, <see cref="Open"/> the account. Blocks for
        /// as long as the store takes.
        /// </summary>
        /// <exception cref="ClefException"><see cref="Status.NotFound"/>; <see cref="Status.Store"/>.</exception>
        public Token Load(Credentials credentials, string account = null)
        {
            TokenHandle token;
            IntPtr error;
            Status status = NativeMethods.clef_token_store_load(
                handle, Of(credentials), Utf8.Optional(account, nameof(account)), out token, out error);
            Failure.Check(status, error);
            return new Token(token);
        }

        /// <summary><see cref="Load"/> without blocking this thread.</summary>
        public Task<Token> LoadAsync(
            Credentials credentials, string account = null, CancellationToken cancellation = default(CancellationToken))
        {
            return Background.Run(() => Load(credentials, account), cancellation);
        }

        /// <summary>
        /// Stores the token of an account in place of the one that is there. A token that refreshes itself is better
        /// attached: <see cref="RefreshingToken.Attach"/>. Blocks for as long as the store takes.
        /// </summary>
        public void Save(Credentials credentials, Token token, string account = null)
        {
            if (token == null)
            {
                throw new ArgumentNullException(nameof(token));
            }
            IntPtr error;
            Status status = NativeMethods.clef_token_store_save(
                handle, Of(credentials), Utf8.Optional(account, nameof(account)), token.Handle, out error);
            Failure.Check(status, error);
        }

        /// <summary><see cref="Save"/> without blocking this thread.</summary>
        public Task SaveAsync(
            Credentials credentials, Token token, string account = null,
            CancellationToken cancellation = default(CancellationToken))
        {
            return Background.Run(() => Save(credentials, token, account), cancellation);
        }

        /// <summary>
        /// Forgets the token of an account, which logs the user out; that none is stored is no error. Blocks for as long
        /// as the store takes.
        /// </summary>
        public void Remove(Credentials credentials, string account = null)
        {
            IntPtr error;
            Status status = NativeMethods.clef_token_store_remove(
                handle, Of(credentials), Utf8.Optional(account, nameof(account)), out error);
            Failure.Check(status, error);
        }

        /// <summary><see cref="Remove"/> without blocking this thread.</summary>
        public Task RemoveAsync(
            Credentials credentials, string account = null, CancellationToken cancellation = default(CancellationToken))
        {
            return Background.Run(() => Remove(credentials, account), cancellation);
        }

        /// <summary>
        /// The accounts that a token is stored for, in sorted order; the empty one is the one without a name. Blocks for
        /// as long as the store takes.
        /// </summary>
        public IReadOnlyList<string> GetAccounts(Credentials credentials)
        {
            AccountsHandle accounts;
            IntPtr error;
            Status status = NativeMethods.clef_token_store_accounts(handle, Of(credentials), out accounts, out error);
            Failure.Check(status, error);
            using (accounts)
            using (var lease = new Lease(accounts))
            {
                var names = new string[(int)NativeMethods.clef_accounts_len(lease.Pointer)];
                for (var index = 0; index < names.Length; index++)
                {
                    names[index] = Utf8.Borrowed(NativeMethods.clef_accounts_get(lease.Pointer, (UIntPtr)index));
                }
                return Array.AsReadOnly(names);
            }
        }

        /// <summary><see cref="GetAccounts"/> without blocking this thread.</summary>
        public Task<IReadOnlyList<string>> GetAccountsAsync(
            Credentials credentials, CancellationToken cancellation = default(CancellationToken))
        {
            return Background.Run(() => GetAccounts(credentials), cancellation);
        }

        /// <summary>The same store for another owner, who disposes of it too.</summary>
        public TokenStore Clone()
        {
            return new TokenStore(NativeMethods.clef_token_store_clone(handle));
        }

        /// <summary>Frees the store; what is stored stays.</summary>
        public void Dispose()
        {
            handle.Dispose();
        }

        internal static TokenStoreHandle HandleOf(TokenStore store)
        {
            return (store ?? throw new ArgumentNullException(nameof(store))).handle;
        }

        private static CredentialsHandle Of(Credentials credentials)
        {
            return (credentials ?? throw new ArgumentNullException(nameof(credentials))).Handle;
        }
    }
}
