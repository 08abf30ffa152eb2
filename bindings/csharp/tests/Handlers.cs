using System;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Threading;
using System.Threading.Tasks;
using Clef;

namespace ClefTests
{
    /// <summary>An <see cref="HttpClient"/> with the access token.</summary>
    internal static class Handlers
    {
        public static void TheWebApiGetsTheToken()
        {
            using (Credentials credentials = Sandbox.PublicCredentials())
            using (RefreshingToken token = Sandbox.ExpiredToken(credentials))
            using (var http = new HttpClient(new AuthorisationHandler(token, new Uri(Sandbox.Url))))
            {
                Check.That(http.GetStringAsync(Sandbox.Url + "/v1/me").Result.Contains("\"id\""), "it is let in");
                Check.Equal(1, Sandbox.Count("refresh_token"));
            }
        }

        public static void A401IsTriedOnceMoreWithANewToken()
        {
            using (Credentials credentials = Sandbox.PublicCredentials())
            using (RefreshingToken token = Sandbox.ExpiredToken(credentials))
            {
                var service = new Service(HttpStatusCode.Unauthorized, HttpStatusCode.OK);
                using (var http = new HttpClient(new AuthorisationHandler(token, null, service)))
                {
                    HttpResponseMessage answer = http.PutAsync(
                        "https://api.spotify.com/v1/me/player", new StringContent("volume")).Result;
                    Check.Equal(HttpStatusCode.OK, answer.StatusCode);
                    Check.Equal(2, service.Count);
                    Check.Equal("volume", service.LastBody);
                    Check.Equal(token.GetAccessToken(), service.LastToken);
                    Check.Equal(null, answer.RequestMessage?.Headers.Authorization);
                    Check.Equal(2, Sandbox.Count("refresh_token"));
                }
                service = new Service(HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized);
                using (var http = new HttpClient(new AuthorisationHandler(token, null, service)))
                {
                    HttpResponseMessage answer = http.GetAsync("https://api.spotify.com/v1/me").Result;
                    Check.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
                    Check.Equal(2, service.Count);
                }
            }
        }

        public static void NobodyElseGetsTheToken()
        {
            using (Credentials credentials = Sandbox.PublicCredentials())
            using (RefreshingToken token = Sandbox.ExpiredToken(credentials))
            {
                var service = new Service(HttpStatusCode.OK);
                using (var http = new HttpClient(new AuthorisationHandler(token, null, service)))
                {
                    foreach (string url in new[]
                    {
                        "https://example.com/v1/me", "http://api.spotify.com/v1/me", "https://api.spotify.com:444/v1/me",
                        "https://api.spotify.com.example.com/v1/me", "https://api.spotify.com@example.com/",
                    })
                    {
                        http.GetAsync(url).Wait();
                        Check.Equal(null, service.LastToken);
                    }
                    var request = new HttpRequestMessage(HttpMethod.Get, "https://api.spotify.com/v1/me");
                    request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "mine");
                    http.SendAsync(request).Wait();
                    Check.Equal("mine", service.LastToken);
                    http.GetAsync("https://API.spotify.com/v1/me").Wait();
                    Check.Equal(token.GetAccessToken(), service.LastToken);
                }
            }
        }

        /// <summary>A Web API that answers as it is told, the last answer again and again.</summary>
        private sealed class Service : HttpMessageHandler
        {
            private readonly HttpStatusCode[] answers;

            internal Service(params HttpStatusCode[] answers)
            {
                this.answers = answers;
            }

            internal int Count { get; private set; }

            internal string LastToken { get; private set; }

            internal string LastBody { get; private set; }

            protected override async Task<HttpResponseMessage> SendAsync(
                HttpRequestMessage request, CancellationToken cancellationToken)
            {
                LastToken = request.Headers.Authorization?.Parameter;
                LastBody = request.Content == null ? null : await request.Content.ReadAsStringAsync();
                HttpStatusCode status = answers[Math.Min(Count, answers.Length - 1)];
                Count++;
                return new HttpResponseMessage(status) { RequestMessage = request };
            }
        }
    }
}
