using System;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Clef;

namespace ClefTests
{
    /// <summary>Token requests and tokens that refresh themselves, blocking, awaited, polled and cancelled.</summary>
    internal static class Requests
    {
        public static void FailuresSayWhatToDo()
        {
            Sandbox.Fault("{\"kind\": \"respond\", \"status\": 429, \"headers\": {\"Retry-After\": \"7\"}, \"times\": 2}");
            using (Credentials credentials = Sandbox.Credentials())
            {
                Action blocking = () => credentials.RequestClientToken();
                Action awaited = () => credentials.RequestClientTokenAsync().GetAwaiter().GetResult();
                foreach (Action call in new[] { blocking, awaited })
                {
                    ClefException error = Check.Fails(Status.RateLimited, call);
                    Check.Equal(Remedy.RetryLater, error.Remedy);
                    Check.Equal<int?>(429, error.HttpStatus);
                    Check.Equal<TimeSpan?>(TimeSpan.FromSeconds(7), error.RetryAfter);
                    Check.Equal(null, error.OAuthError);
                }
            }
            using (var spotify = new Credentials(Sandbox.ClientId, "wrong"))
            using (Credentials credentials = spotify.WithAccountsUrl(Sandbox.Url))
            {
                ClefException error = Check.Fails(Status.InvalidClient, () => credentials.RequestClientToken());
                Check.Equal("invalid_client", error.OAuthError);
                Check.Equal("Invalid client secret", error.OAuthDescription);
                Check.Equal<TimeSpan?>(null, error.RetryAfter);
                Check.Equal(Remedy.FixSettings, error.Remedy);
            }
        }

        public static void EveryRequestHasAnAsyncForm()
        {
            AllAsync().GetAwaiter().GetResult();
        }

        public static void CancellingIsOperationCanceled()
        {
            Sandbox.Fault("{\"kind\": \"delay\", \"delay_ms\": 20000}");
            using (Credentials credentials = Sandbox.Credentials())
            using (var cancellation = new CancellationTokenSource())
            {
                Task<Token> request = credentials.RequestClientTokenAsync(cancellation.Token);
                SpinWait.SpinUntil(() => Sandbox.Count() == 1, 20000);
                Stopwatch watch = Stopwatch.StartNew();
                cancellation.Cancel();
                var error = Check.Throws<OperationCanceledException>(() => request);
                Check.Equal(cancellation.Token, error.CancellationToken);
                Check.That(request.IsCanceled, "the task is cancelled, and not faulted");
                Check.That(watch.Elapsed < TimeSpan.FromSeconds(5), "at once");
                Check.Throws<OperationCanceledException>(() => credentials.RequestClientTokenAsync(cancellation.Token));
                Check.Equal(1, Sandbox.Count());
            }
        }

        public static void OperationsArePolled()
        {
            using (var runtime = new Runtime())
            using (Credentials credentials = Sandbox.Credentials())
            using (PreparedRequest request = credentials.PrepareClientToken())
            using (Operation<Token> operation = request.Start(runtime))
            using (Operation<Token> clone = operation.Clone())
            {
                Check.That(SpinWait.SpinUntil(() => operation.IsDone, 20000), "it is done");
                Check.Equal(Status.Ok, operation.Status);
                using (Token token = operation.GetResult())
                {
                    Check.Equal(token.AccessToken, clone.GetAccessToken());
                    Check.That(clone.Wait(TimeSpan.Zero), "it needs no waiting");
                }
                Check.Fails(Status.AlreadyUsed, () => request.Start(runtime));
            }
        }

        public static void AnOperationIsBusyUntilItIsDone()
        {
            Sandbox.Fault("{\"kind\": \"delay\", \"delay_ms\": 20000}");
            using (var runtime = new Runtime())
            using (Credentials credentials = Sandbox.Credentials())
            using (PreparedRequest request = credentials.PrepareClientToken())
            using (Operation<Token> operation = request.Start(runtime))
            {
                Check.Equal(Status.Busy, operation.Status);
                Check.Fails(Status.Busy, () => operation.GetResult());
                Check.That(!operation.Wait(TimeSpan.FromMilliseconds(1)), "the time is up");
                operation.Cancel();
                ClefException error = Check.Fails(Status.Cancelled, () => operation.WaitAsync());
                Check.Equal(Remedy.None, error.Remedy);
            }
        }

        public static void ClosingARuntimeEndsItsWork()
        {
            Sandbox.Fault("{\"kind\": \"delay\", \"delay_ms\": 20000}");
            using (Credentials credentials = Sandbox.Credentials())
            using (PreparedRequest request = credentials.PrepareClientToken())
            {
                var runtime = new Runtime();
                Operation<Token> operation = request.Start(runtime);
                Task waits = Task.Factory.StartNew(
                    () =>
                    {
                        try
                        {
                            Check.Fails(Status.Cancelled, () => runtime.Wait(Timeout.InfiniteTimeSpan));
                        }
                        catch (ObjectDisposedException)
                        {
                            // It came too late to wait.
                        }
                    },
                    TaskCreationOptions.LongRunning);
                runtime.Dispose();
                Check.That(waits.Wait(20000), "who waits is woken");
                Check.Equal(Status.Cancelled, operation.Status);
                Check.Throws<ObjectDisposedException>(() => runtime.Wake());
            }
            Check.Throws<InvalidOperationException>(() => Runtime.Shared.Dispose());
        }

        public static void ATokenRefreshesItself()
        {
            using (Credentials credentials = Sandbox.PublicCredentials())
            using (RefreshingToken token = Sandbox.ExpiredToken(credentials))
            {
                string accessToken;
                Check.That(!token.TryGetAccessToken(out accessToken) && accessToken == null, "it has expired");
                Task<string>[] reads = Enumerable.Range(0, 16).Select(_ => token.GetAccessTokenAsync()).ToArray();
                Task.WaitAll(reads);
                Check.Equal(1, reads.Select(read => read.Result).Distinct().Count());
                Check.Equal(1, Sandbox.Count("refresh_token"));
                Check.That(token.TryGetAccessToken(out accessToken) && accessToken == reads[0].Result, "it is fresh");
                Check.Equal(accessToken, token.GetAccessToken());
                token.InvalidateAsync("another").Wait();
                Check.Equal(accessToken, token.GetAccessToken());
                token.InvalidateAsync(accessToken).Wait();
                Check.That(accessToken != token.GetAccessToken(), "there is a new one");
                Check.Equal<DateTimeOffset?>(DateTimeOffset.MaxValue, token.ExpiresAt);
                Check.Equal(TimeSpan.MaxValue, token.ExpiresIn);
                Check.Equal(null, token.LastError);
                Check.That(token.UsesPkce && !token.IsExpiring, "as it was");
                Check.Equal("Bearer", token.TokenType);
                Check.Equal(Sandbox.ClientId, token.Credentials.ClientId);
            }
        }

        public static void ACancelledRefreshIsKept()
        {
            using (Credentials credentials = Sandbox.PublicCredentials())
            using (RefreshingToken token = Sandbox.ExpiredToken(credentials))
            using (var cancellation = new CancellationTokenSource())
            {
                Sandbox.Fault("{\"kind\": \"delay\", \"delay_ms\": 500}");
                Task<string> read = token.GetAccessTokenAsync(cancellation.Token);
                SpinWait.SpinUntil(() => Sandbox.Count("refresh_token") == 1, 20000);
                cancellation.Cancel();
                Check.Throws<OperationCanceledException>(() => read);
                Check.That(token.GetAccessToken().Length > 0, "it has come all the same");
                Check.Equal(1, Sandbox.Count("refresh_token"));
            }
        }

        public static void AWatcherTellsWhatHappens()
        {
            using (Credentials credentials = Sandbox.PublicCredentials())
            using (Token begun = Sandbox.UserToken(credentials))
            using (Token old = begun.WithAuthorisedAt(DateTimeOffset.UtcNow - TimeSpan.FromDays(175)))
            using (var token = new RefreshingToken(old, credentials))
            using (var watcher = new TokenWatcher(token))
            {
                var heard = "";
                var couldSave = false;
                watcher.Changed += (sender, news) =>
                {
                    heard += $"{news.Kind} ";
                    Check.Equal(token.GetAccessToken(), news.Token.AccessToken);
                    if (!couldSave)
                    {
                        throw new InvalidOperationException("the disk is full");
                    }
                };
                watcher.Failed += (sender, news) => heard += $"{news.Kind} {news.Error.Status} ";
                watcher.LoginRequired += (sender, news) => heard += $"{news.Kind} {news.Error.OAuthError} ";
                watcher.GrantExpiring += (sender, news) => heard += $"{news.Kind} ";
                watcher.Poll();
                watcher.Poll();
                Check.Equal("GrantExpiring ", heard);
                token.Refresh();
                heard = "";
                Check.Throws<InvalidOperationException>(() => watcher.Poll());
                couldSave = true;
                watcher.Poll();
                watcher.Poll();
                Check.Equal("Changed Changed ", heard);
                Sandbox.Fault("{\"kind\": \"respond\", \"status\": 503}");
                Check.Fails(Status.Http, () => token.Refresh());
                Sandbox.Fault("{\"kind\": \"respond\", \"status\": 400, \"body\": \"{\\\"error\\\": \\\"invalid_grant\\\"}\"}");
                heard = "";
                watcher.Poll();
                watcher.Poll();
                Check.Equal("RefreshFailed Http ", heard);
                Check.Fails(Status.LoginRequired, () => token.Refresh());
                heard = "";
                watcher.Poll();
                Check.Equal("LoginRequired invalid_grant ", heard);
            }
        }

        public static void ATokenIsKeptFresh()
        {
            Sandbox.Settings("{\"expires_in\": 2}");
            using (Credentials credentials = Sandbox.Credentials())
            using (var refreshing = new RefreshingCredentials(credentials))
            using (RefreshingToken token = refreshing.RequestClientToken())
            {
                token.KeepFresh();
                Check.That(SpinWait.SpinUntil(() => Sandbox.Count() >= 3, 20000), "it is refreshed by itself");
                token.StopKeepingFresh();
            }
        }

        private static async Task AllAsync()
        {
            using (Credentials credentials = Sandbox.Credentials())
            using (var refreshing = new RefreshingCredentials(credentials))
            {
                (await credentials.RequestClientTokenAsync()).Dispose();
                (await refreshing.RequestClientTokenAsync()).Dispose();
                Token user = await credentials.RequestUserTokenAsync(Code(credentials.UserAuthorisationUrl()));
                (await credentials.RefreshUserTokenAsync(user.RefreshToken)).Dispose();
                (await credentials.RefreshAsync(user)).Dispose();
                (await refreshing.RefreshUserTokenAsync(user.RefreshToken)).Dispose();
                (await refreshing.RequestUserTokenAsync(Code(refreshing.UserAuthorisationUrl()))).Dispose();
                PkceAuthorisation begun = credentials.PkceUserAuthorisation();
                Token pkce = await credentials.RequestPkceTokenAsync(Code(begun.Url), begun.Verifier);
                Token next = await credentials.RefreshPkceTokenAsync(pkce.RefreshToken);
                (await refreshing.RefreshPkceTokenAsync(next.RefreshToken)).Dispose();
                begun = refreshing.PkceUserAuthorisation();
                RefreshingToken token = await refreshing.RequestPkceTokenAsync(Code(begun.Url), begun.Verifier);
                await token.RefreshAsync();
                Check.That(token.UsesPkce && token.Scopes.Count == 0, "it is a token of PKCE");
                foreach (bool byUrl in new[] { false, true })
                {
                    var login = new UserAuth(credentials, null, AuthorisationFlags.Pkce);
                    string redirect = Sandbox.Agree(login.Url);
                    Token plain = byUrl
                        ? await login.RequestTokenFromUrlAsync(redirect)
                        : await login.RequestTokenAsync(Redirect.ParseCode(redirect), login.State);
                    Check.That(plain.UsesPkce, "it is a token of PKCE");
                    login = UserAuth.Resume(credentials, "state");
                    redirect = "/?code=none&state=state";
                    Check.Fails(Status.OAuth, () => byUrl
                        ? login.RequestRefreshingTokenFromUrlAsync(redirect)
                        : login.RequestRefreshingTokenAsync("none", "state"));
                }
            }
        }

        private static string Code(string url)
        {
            return Redirect.ParseCode(Sandbox.Agree(url));
        }
    }
}
