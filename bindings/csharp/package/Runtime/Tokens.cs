using System;
using System.Threading;
using System.Threading.Tasks;
using Clef.Native;

namespace Clef
{
    /// <summary>
    /// Tokens that refresh themselves, in one call for Spotify's accounts service. Each blocks until the service has
    /// answered.
    /// </summary>
    public static class Tokens
    {
        /// <summary>Requests a client token.</summary>
        public static RefreshingToken RequestClientToken(string clientId, string clientSecret, Sender sender = null)
        {
            RefreshingTokenHandle token;
            IntPtr error;
            Status status = NativeMethods.clef_request_client_token(
                Utf8.Argument(clientId, nameof(clientId)), Utf8.Argument(clientSecret, nameof(clientSecret)),
                Sender.HandleOf(sender), out token, out error);
            return Answered(status, error, token, sender);
        }

        /// <summary><see cref="RequestClientToken"/> without blocking.</summary>
        public static Task<RefreshingToken> RequestClientTokenAsync(
            string clientId, string clientSecret, Sender sender = null,
            CancellationToken cancellation = default(CancellationToken))
        {
            return WithAsync(
                new Credentials(clientId, clientSecret, null, sender),
                credentials => credentials.RequestClientTokenAsync(cancellation));
        }

        /// <summary>Requests a user token by the refresh token of a login with a client secret.</summary>
        public static RefreshingToken RefreshUserToken(
            string clientId, string clientSecret, string refreshToken, Sender sender = null)
        {
            RefreshingTokenHandle token;
            IntPtr error;
            Status status = NativeMethods.clef_refresh_user_token(
                Utf8.Argument(clientId, nameof(clientId)), Utf8.Argument(clientSecret, nameof(clientSecret)),
                Utf8.Argument(refreshToken, nameof(refreshToken)), Sender.HandleOf(sender), out token, out error);
            return Answered(status, error, token, sender);
        }

        /// <summary><see cref="RefreshUserToken"/> without blocking.</summary>
        public static Task<RefreshingToken> RefreshUserTokenAsync(
            string clientId, string clientSecret, string refreshToken, Sender sender = null,
            CancellationToken cancellation = default(CancellationToken))
        {
            return WithAsync(
                new Credentials(clientId, clientSecret, null, sender),
                credentials => credentials.RefreshUserTokenAsync(refreshToken, cancellation));
        }

        /// <summary>Requests a user token by the refresh token of a login with PKCE.</summary>
        public static RefreshingToken RefreshPkceToken(string clientId, string refreshToken, Sender sender = null)
        {
            RefreshingTokenHandle token;
            IntPtr error;
            Status status = NativeMethods.clef_refresh_pkce_token(
                Utf8.Argument(clientId, nameof(clientId)), Utf8.Argument(refreshToken, nameof(refreshToken)),
                Sender.HandleOf(sender), out token, out error);
            return Answered(status, error, token, sender);
        }

        /// <summary><see cref="RefreshPkceToken"/> without blocking.</summary>
        public static Task<RefreshingToken> RefreshPkceTokenAsync(
            string clientId, string refreshToken, Sender sender = null,
            CancellationToken cancellation = default(CancellationToken))
        {
            return WithAsync(
                new Credentials(clientId, null, null, sender),
                credentials => credentials.RefreshPkceTokenAsync(refreshToken, cancellation));
        }

        private static RefreshingToken Answered(
            Status status, IntPtr error, RefreshingTokenHandle token, Sender sender)
        {
            Failure.Check(status, error);
            token.KeepAnswered(Sender.HandleOf(sender).Pump);
            return new RefreshingToken(token);
        }

        private static async Task<RefreshingToken> WithAsync(
            Credentials credentials, Func<RefreshingCredentials, Task<RefreshingToken>> request)
        {
            using (credentials)
            using (var refreshing = new RefreshingCredentials(credentials))
            {
                return await request(refreshing).ConfigureAwait(false);
            }
        }
    }
}
