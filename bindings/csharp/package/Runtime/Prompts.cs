using System;
using System.Threading;
using System.Threading.Tasks;
using Clef.Native;

namespace Clef
{
    /// <summary>
    /// Logins at a terminal: they write to standard output and read standard input. Flush <see cref="Console.Out"/>
    /// before. Each blocks for as long as the user takes; in the <c>…Async</c> forms cancelling ends the waiting, while
    /// the terminal is read on.
    /// </summary>
    /// <exception cref="ClefException"><see cref="Status.IO"/> where the input ends.</exception>
    public static class Prompts
    {
        /// <summary>Prompts for a login with a client secret.</summary>
        public static RefreshingToken ForUserToken(
            string clientId, string clientSecret, string redirectUri, ScopeSet scopes = null,
            PromptFlags flags = PromptFlags.None, Sender sender = null)
        {
            RefreshingTokenHandle token;
            IntPtr error;
            Status status = NativeMethods.clef_prompt_for_user_token(
                Utf8.Argument(clientId, nameof(clientId)), Utf8.Argument(clientSecret, nameof(clientSecret)),
                Utf8.Argument(redirectUri, nameof(redirectUri)), ScopeSet.HandleOf(scopes), (uint)flags,
                Sender.HandleOf(sender), out token, out error);
            return Answered(status, error, token, Sender.HandleOf(sender).Pump);
        }

        /// <summary><see cref="ForUserToken"/> without blocking this thread.</summary>
        public static Task<RefreshingToken> ForUserTokenAsync(
            string clientId, string clientSecret, string redirectUri, ScopeSet scopes = null,
            PromptFlags flags = PromptFlags.None, Sender sender = null,
            CancellationToken cancellation = default(CancellationToken))
        {
            return Background.Run(
                () => ForUserToken(clientId, clientSecret, redirectUri, scopes, flags, sender), cancellation);
        }

        /// <summary>Prompts for a login with PKCE.</summary>
        public static RefreshingToken ForPkceToken(
            string clientId, string redirectUri, ScopeSet scopes = null, PromptFlags flags = PromptFlags.None,
            Sender sender = null)
        {
            RefreshingTokenHandle token;
            IntPtr error;
            Status status = NativeMethods.clef_prompt_for_pkce_token(
                Utf8.Argument(clientId, nameof(clientId)), Utf8.Argument(redirectUri, nameof(redirectUri)),
                ScopeSet.HandleOf(scopes), (uint)flags, Sender.HandleOf(sender), out token, out error);
            return Answered(status, error, token, Sender.HandleOf(sender).Pump);
        }

        /// <summary><see cref="ForPkceToken"/> without blocking this thread.</summary>
        public static Task<RefreshingToken> ForPkceTokenAsync(
            string clientId, string redirectUri, ScopeSet scopes = null, PromptFlags flags = PromptFlags.None,
            Sender sender = null, CancellationToken cancellation = default(CancellationToken))
        {
            return Background.Run(() => ForPkceToken(clientId, redirectUri, scopes, flags, sender), cancellation);
        }

        /// <summary>
        /// Prompts for a login with these credentials; with PKCE where <paramref name="flags"/> says so.
        /// </summary>
        public static RefreshingToken ForToken(
            Credentials credentials, ScopeSet scopes = null, PromptFlags flags = PromptFlags.None)
        {
            if (credentials == null)
            {
                throw new ArgumentNullException(nameof(credentials));
            }
            RefreshingTokenHandle token;
            IntPtr error;
            Status status = NativeMethods.clef_prompt_for_token(
                credentials.Handle, ScopeSet.HandleOf(scopes), (uint)flags, out token, out error);
            return Answered(status, error, token, credentials.Handle.Pump);
        }

        /// <summary><see cref="ForToken"/> without blocking this thread.</summary>
        public static Task<RefreshingToken> ForTokenAsync(
            Credentials credentials, ScopeSet scopes = null, PromptFlags flags = PromptFlags.None,
            CancellationToken cancellation = default(CancellationToken))
        {
            return Background.Run(() => ForToken(credentials, scopes, flags), cancellation);
        }

        private static RefreshingToken Answered(
            Status status, IntPtr error, RefreshingTokenHandle token, SenderPump pump)
        {
            Failure.Check(status, error);
            token.KeepAnswered(pump);
            return new RefreshingToken(token);
        }
    }
}
