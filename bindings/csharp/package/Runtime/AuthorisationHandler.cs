using System;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Threading;
using System.Threading.Tasks;

namespace Clef
{
    /// <summary>
    /// Gives the requests of an <see cref="HttpClient"/> to the Web API the access token, fresh each time, and sends one
    /// once more with a new token where the Web API answers 401.
    /// </summary>
    /// <remarks>
    /// Requests to any other server, and those that have an <c>Authorization</c> header already, are sent as they are: no
    /// token leaks to a URL that came from elsewhere.
    /// </remarks>
    public sealed class AuthorisationHandler : DelegatingHandler
    {
        private static readonly Uri SpotifyWebApi = new Uri("https://api.spotify.com/");

        private readonly RefreshingToken token;
        private readonly Uri webApi;

        /// <summary>A handler.</summary>
        /// <param name="token">The token; it stays yours, and has to outlive this handler.</param>
        /// <param name="webApi">The server that gets it, by scheme, host and port; null for Spotify's.</param>
        /// <param name="inner">Who sends the requests; null for a new <see cref="HttpClientHandler"/> that follows no
        /// redirects.</param>
        public AuthorisationHandler(RefreshingToken token, Uri webApi = null, HttpMessageHandler inner = null)
            : base(inner ?? new HttpClientHandler { AllowAutoRedirect = false })
        {
            this.token = token ?? throw new ArgumentNullException(nameof(token));
            this.webApi = webApi ?? SpotifyWebApi;
        }

        /// <inheritdoc/>
        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.Headers.Authorization != null || !IsForWebApi(request.RequestUri))
            {
                return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
            }
            if (request.Content != null)
            {
                // So that it can be sent again.
                await request.Content.LoadIntoBufferAsync().ConfigureAwait(false);
            }
            string accessToken = await token.GetAccessTokenAsync(cancellationToken).ConfigureAwait(false);
            HttpResponseMessage response = await SendAsync(request, accessToken, cancellationToken).ConfigureAwait(false);
            if (response.StatusCode != HttpStatusCode.Unauthorized)
            {
                return response;
            }
            response.Dispose();
            await token.InvalidateAsync(accessToken, cancellationToken).ConfigureAwait(false);
            accessToken = await token.GetAccessTokenAsync(cancellationToken).ConfigureAwait(false);
            return await SendAsync(request, accessToken, cancellationToken).ConfigureAwait(false);
        }

        private async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, string accessToken, CancellationToken cancellation)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", accessToken);
            try
            {
                return await base.SendAsync(request, cancellation).ConfigureAwait(false);
            }
            finally
            {
                // The request may be logged, or sent elsewhere.
                request.Headers.Authorization = null;
            }
        }

        private bool IsForWebApi(Uri uri)
        {
            return uri != null && uri.IsAbsoluteUri
                && Uri.Compare(
                    uri, webApi, UriComponents.SchemeAndServer, UriFormat.SafeUnescaped,
                    StringComparison.OrdinalIgnoreCase) == 0;
        }
    }
}
