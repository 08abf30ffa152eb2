using System;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Text;
using System.Text.RegularExpressions;
using Clef;

namespace ClefTests
{
    /// <summary>The stand-in for the accounts service that the tests run against.</summary>
    internal static class Sandbox
    {
        internal const string ClientId = "sandbox-client";
        internal const string ClientSecret = "sandbox-secret";

        private static readonly HttpClient Http = new HttpClient(
            new HttpClientHandler { AllowAutoRedirect = false, UseProxy = false });

        internal static string Url { get; private set; }

        internal static void Use(string url)
        {
            Url = url;
            ServicePointManager.DefaultConnectionLimit = 64;
            ServicePointManager.Expect100Continue = false;
        }

        internal static void Reset()
        {
            Post("reset", "{}");
        }

        internal static void Settings(string json)
        {
            Post("settings", json);
        }

        internal static void Fault(string json)
        {
            Post("faults", json);
        }

        internal static int Count(string grantType = null)
        {
            string query = grantType == null ? "" : "&grant_type=" + grantType;
            string answer = Http.GetStringAsync($"{Url}/sandbox/count?path=/api/token{query}").Result;
            return int.Parse(Regex.Match(answer, "\\d+").Value, CultureInfo.InvariantCulture);
        }

        /// <summary>Credentials for the sandbox, with the client secret.</summary>
        internal static Credentials Credentials(Sender sender = null)
        {
            using (var spotify = new Credentials(ClientId, ClientSecret, "http://127.0.0.1/callback", sender))
            {
                return spotify.WithAccountsUrl(Url);
            }
        }

        /// <summary>Credentials for the sandbox without a client secret.</summary>
        internal static Credentials PublicCredentials(Sender sender = null)
        {
            using (var spotify = new Credentials(ClientId, null, "http://127.0.0.1/callback", sender))
            {
                return spotify.WithAccountsUrl(Url);
            }
        }

        /// <summary>A token of a user who has logged in with PKCE.</summary>
        internal static Token UserToken(Credentials credentials)
        {
            using (var login = new UserAuth(
                credentials, new ScopeSet(Scope.UserReadEmail), AuthorisationFlags.Pkce))
            {
                return login.RequestTokenFromUrl(Agree(login.Url));
            }
        }

        /// <summary>A token of a user that has expired.</summary>
        internal static RefreshingToken ExpiredToken(Credentials credentials)
        {
            using (Token token = UserToken(credentials))
            using (Token expired = Token.FromJson($"{{\"refresh_token\": \"{token.RefreshToken}\"}}", true))
            {
                return new RefreshingToken(expired, credentials);
            }
        }

        /// <summary>The user agrees; gives where they are sent back to.</summary>
        internal static string Agree(string url)
        {
            using (HttpResponseMessage answer = Http.GetAsync(url + "&sandbox_auto=approve").Result)
            {
                return answer.Headers.GetValues("Location").First();
            }
        }

        internal static int Visit(string url)
        {
            using (HttpResponseMessage answer = Http.GetAsync(url).Result)
            {
                return (int)answer.StatusCode;
            }
        }

        private static void Post(string what, string json)
        {
            using (HttpResponseMessage answer = Http.PostAsync(
                $"{Url}/sandbox/{what}", new StringContent(json, Encoding.UTF8, "application/json")).Result)
            {
                Check.That(answer.IsSuccessStatusCode, $"the sandbox takes {json}");
            }
        }
    }
}
