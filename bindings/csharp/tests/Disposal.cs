using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using Clef;
using Clef.Callbacks;

namespace ClefTests
{
    /// <summary>What is used after it was disposed of, and what is shown of what is secret.</summary>
    internal static class Disposal
    {
        private static readonly string[] Secrets = { "s3cret-client", "s3cret-access", "s3cret-refresh", "s3cret-state" };

        public static void UseAfterDisposeIsObjectDisposed()
        {
            foreach (object value in Everything())
            {
                ((IDisposable)value).Dispose();
                ((IDisposable)value).Dispose();
                foreach (Action call in CallsOf(value))
                {
                    Check.Throws<ObjectDisposedException>(() =>
                    {
                        try
                        {
                            call();
                        }
                        catch (TargetInvocationException error)
                        {
                            throw error.InnerException;
                        }
                    });
                }
                Check.That(value.ToString().Length > 0, "it has a text all the same");
            }
            using (Credentials credentials = Sandbox.PublicCredentials())
            {
                ScopeSet set = ScopeSet.Every;
                set.Dispose();
                Check.Throws<ObjectDisposedException>(() => credentials.UserAuthorisationUrl(set));
                Check.Throws<ObjectDisposedException>(() => (set + ScopeSet.Read).Dispose());
                Check.Throws<ObjectDisposedException>(() => set.Contains("streaming"));
                Check.Throws<ObjectDisposedException>(() => credentials.LogInAsync(set));
            }
        }

        public static void NothingShowsASecret()
        {
            foreach (object value in Everything().Concat(Plain()))
            {
                string text = value.ToString();
                string secret = Secrets.FirstOrDefault(text.Contains);
                Check.That(secret == null, $"{value.GetType().Name} shows {secret}: {text}");
                (value as IDisposable)?.Dispose();
            }
        }

        public static void ThingsAreDisposedOfInAnyOrder()
        {
            Sender sender = Sender.Http();
            Credentials credentials = Sandbox.Credentials(sender);
            sender.Dispose();
            var refreshing = new RefreshingCredentials(credentials);
            PreparedRequest request = credentials.PrepareClientToken();
            credentials.Dispose();
            RefreshingToken token = refreshing.RequestClientToken();
            refreshing.Dispose();
            Token current = token.Current;
            ScopeSet scopes = current.Scopes;
            token.Dispose();
            Check.That(current.AccessToken.Length > 100, "the token is there");
            Token clone = current.Clone();
            current.Dispose();
            Check.That(clone.AccessToken.Length > 100, "the clone is there");
            clone.Dispose();
            Check.Equal(0, scopes.Count);
            request.Send().Dispose();
            request.Dispose();
        }

        /// <summary>An object of each class that is disposed of.</summary>
        private static IEnumerable<object> Everything()
        {
            var runtime = new Runtime();
            using (var spotify = new Credentials("client", Secrets[0], "http://127.0.0.1/callback"))
            {
                Token token = Token.FromJson(
                    $"{{\"access_token\": \"{Secrets[1]}\", \"refresh_token\": \"{Secrets[2]}\"}}");
                var refreshing = new RefreshingToken(token, spotify);
                yield return refreshing.StartAccessToken(runtime);
                yield return spotify.StartLogin(runtime, null, new LoginOptions { Flags = LoginFlags.NoBrowser });
                yield return spotify.PrepareRefreshUserToken(Secrets[2]);
                yield return UserAuth.Resume(spotify, Secrets[3]);
                yield return new RefreshingCredentials(spotify);
                yield return token.Clone();
                yield return refreshing.Clone();
                yield return token;
                yield return refreshing;
                yield return spotify.Clone();
            }
            yield return runtime;
            yield return ScopeSet.Every;
            yield return Sender.Http();
            yield return new PolledSender(TimeSpan.FromSeconds(1));
            yield return TokenStore.InDirectory("/nowhere");
            yield return new RedirectListener("http://127.0.0.1");
        }

        private static IEnumerable<object> Plain()
        {
            using (var spotify = new Credentials("client", Secrets[0], "http://127.0.0.1/callback"))
            using (PreparedRequest request = spotify.PrepareRefreshUserToken(Secrets[2]))
            {
                yield return request.Request;
                yield return spotify.PkceUserAuthorisation(null, Secrets[3]);
                yield return new TokenResponse(200, Secrets[1]).WithHeader("X", Secrets[1]);
                yield return Check.Fails(Status.StateMismatch, () => UserAuth.Resume(spotify, Secrets[3])
                    .RequestToken("code", "another"));
                yield return Check.Fails(Status.InvalidArgument, () => Token.FromJson(Secrets[1]));
            }
        }

        /// <summary>Reads each property, and calls each method that needs nothing, of those that use the handle.</summary>
        private static IEnumerable<Action> CallsOf(object value)
        {
            string[] others =
            {
                "Dispose", "ToString", "GetHashCode", "GetType", "Equals", "Close",
                // Those of what is awaited are checked by what they begin with.
                "get_Handle", "get_Runtime",
            };
            return value.GetType().GetMethods(BindingFlags.Instance | BindingFlags.Public)
                .Where(method => method.GetParameters().Length == 0 && !others.Contains(method.Name))
                .Where(method => !typeof(System.Threading.Tasks.Task).IsAssignableFrom(method.ReturnType))
                .Select(method => (Action)(() => method.Invoke(value, null)));
        }
    }
}
