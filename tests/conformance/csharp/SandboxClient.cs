using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;
using Clef;

namespace Conformance
{
    /// <summary>HTTP as a program in C# does it.</summary>
    internal sealed class SandboxClient
    {
        private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);

        private readonly HttpClient http = new HttpClient(new HttpClientHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
        });

        internal SandboxClient(string url)
        {
            Url = url;
            ServicePointManager.DefaultConnectionLimit = 64;
            ServicePointManager.Expect100Continue = false;
        }

        internal string Url { get; }

        internal void Post(string path, string json)
        {
            Send(new HttpRequestMessage(HttpMethod.Post, Url + path)
            {
                Content = new StringContent(json, Encoding.UTF8, "application/json"),
            });
        }

        internal void Delete(string path)
        {
            Send(new HttpRequestMessage(HttpMethod.Delete, Url + path));
        }

        internal long Count(string grantType)
        {
            string query = grantType == null ? "" : "&grant_type=" + grantType;
            string answer = http.GetStringAsync($"{Url}/sandbox/count?path=/api/token{query}").Result;
            return long.Parse(Regex.Match(answer, "\"count\":\\s*(\\d+)").Groups[1].Value, CultureInfo.InvariantCulture);
        }

        internal void AwaitCount(long count, string grantType)
        {
            DateTime end = DateTime.UtcNow + LongestWait;
            while (Count(grantType) < count)
            {
                if (DateTime.UtcNow > end)
                {
                    throw new Failed($"no {count} requests within 20 s");
                }
                Thread.Sleep(20);
            }
        }

        /// <summary>The user decides; gives where they are sent back to.</summary>
        internal string LogIn(string url, string decision)
        {
            using (HttpResponseMessage answer = http.GetAsync($"{url}&sandbox_auto={decision}").Result)
            {
                IEnumerable<string> values;
                if (!answer.Headers.TryGetValues("Location", out values))
                {
                    throw new Failed($"the sandbox refuses the login with {(int)answer.StatusCode}");
                }
                return values.First();
            }
        }

        internal string Visit(string url)
        {
            using (HttpResponseMessage answer = http.GetAsync(url).Result)
            {
                return Fields.Of((int)answer.StatusCode);
            }
        }

        internal string WebApi(string accessToken)
        {
            var request = new HttpRequestMessage(HttpMethod.Get, Url + "/v1/me");
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", accessToken);
            using (HttpResponseMessage answer = http.SendAsync(request).Result)
            {
                return Fields.Of((int)answer.StatusCode);
            }
        }

        /// <summary>Carries a token request to the sandbox, whatever service its URL says.</summary>
        internal async Task<TokenResponse> CarryAsync(TokenRequest request, CancellationToken cancellation)
        {
            var message = new HttpRequestMessage(
                new HttpMethod(request.Method), request.Url.Replace("https://accounts.spotify.com", Url))
            {
                Content = new ByteArrayContent(request.GetBody()),
            };
            foreach (KeyValuePair<string, string> header in request.Headers)
            {
                if (!message.Headers.TryAddWithoutValidation(header.Key, header.Value))
                {
                    message.Content.Headers.TryAddWithoutValidation(header.Key, header.Value);
                }
            }
            using (HttpResponseMessage answer = await http.SendAsync(message, cancellation).ConfigureAwait(false))
            {
                var response = new TokenResponse(
                    (int)answer.StatusCode, await answer.Content.ReadAsByteArrayAsync().ConfigureAwait(false));
                foreach (KeyValuePair<string, IEnumerable<string>> header in answer.Headers.Concat(answer.Content.Headers))
                {
                    response.WithHeader(header.Key, string.Join(", ", header.Value));
                }
                return response;
            }
        }

        private void Send(HttpRequestMessage request)
        {
            using (HttpResponseMessage answer = http.SendAsync(request).Result)
            {
                if (!answer.IsSuccessStatusCode)
                {
                    throw new Failed($"the sandbox answers {(int)answer.StatusCode} to {request.RequestUri}");
                }
            }
        }
    }
}
