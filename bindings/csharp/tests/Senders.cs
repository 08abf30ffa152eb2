using System;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Security.Authentication;
using System.Threading;
using System.Threading.Tasks;
using Clef;

namespace ClefTests
{
    /// <summary>Senders in C#, which clef never calls.</summary>
    internal static class Senders
    {
        private const string Answer = "{\"access_token\": \"a\", \"expires_in\": 100}";

        public static void AFunctionCarriesRequests()
        {
            TokenRequest seen = null;
            using (Sender sender = Sender.Custom(async (request, cancellation) =>
            {
                seen = request;
                await Task.Yield();
                return new TokenResponse(200, Answer).WithHeader("Date", "Thu, 26 Nov 2026 12:00:00 GMT");
            }))
            using (Credentials credentials = Sandbox.Credentials(sender))
            {
                Check.Equal("a", credentials.RequestClientToken().AccessToken);
                Check.Equal("a", credentials.RequestClientTokenAsync().Result.AccessToken);
                Check.Equal("POST", seen.Method);
                Check.Equal(Sandbox.Url + "/api/token", seen.Url);
                Check.That(seen.MayRepeat, "it spends nothing");
                Check.That(seen.Headers.Any(header => header.Key == "Authorization"), "it has its headers");
                Check.Equal(0, Sandbox.Count());
            }
        }

        public static void ItIsAnsweredAsLongAsSomethingUsesIt()
        {
            RefreshingToken token;
            using (Sender sender = Sender.Custom(
                (request, cancellation) => Task.FromResult(new TokenResponse(200, Answer))))
            using (Sender retrying = sender.Retrying(1, TimeSpan.FromSeconds(1)))
            using (Credentials credentials = Sandbox.Credentials(retrying))
            using (var refreshing = new RefreshingCredentials(credentials))
            {
                token = refreshing.RequestClientToken();
            }
            using (token)
            {
                token.Refresh();
                token.RefreshAsync().Wait();
                Check.Equal(1, Threads());
            }
            Check.That(SpinWait.SpinUntil(() => Threads() == 0, 20000), "its thread ends with the last of them");
        }

        public static void AHandlerCarriesRequests()
        {
            using (var handler = new HttpClientHandler { AllowAutoRedirect = false, UseProxy = false })
            using (Sender sender = Sender.FromHandler(handler))
            using (Credentials credentials = Sandbox.Credentials(sender))
            {
                Check.That(credentials.RequestClientToken().AccessToken.Length > 100, "a token came");
                Sandbox.Fault("{\"kind\": \"respond\", \"status\": 429, \"headers\": {\"Retry-After\": \"9\"}}");
                ClefException error = Check.Fails(Status.RateLimited, () => credentials.RequestClientToken());
                Check.Equal<TimeSpan?>(TimeSpan.FromSeconds(9), error.RetryAfter);
                Sandbox.Fault("{\"kind\": \"oversize\", \"bytes\": 2000000}");
                Check.Fails(Status.InvalidResponse, () => credentials.RequestClientToken());
                using (Credentials nobody = credentials.WithAccountsUrl("http://127.0.0.1:1"))
                {
                    Check.Fails(Status.Transport, () => nobody.RequestClientToken());
                }
            }
            Check.Throws<ArgumentException>(() => Sender.FromHandler(new HttpClientHandler()));
            Check.Throws<ArgumentException>(() => Sender.FromHandler(new Following()));
            Check.Throws<ArgumentException>(() => Sender.FromHandler(new AuthorisationHandler(
                new RefreshingToken(Token.FromJson(Answer), Sandbox.Credentials()), null, new HttpClientHandler())));
        }

        public static void ExceptionsAreFailures()
        {
            Fails(Status.IO, new SendException(Status.IO, false, "no disk"), "no disk");
            Fails(Status.Transport, new IOException("lost"), "lost");
            Fails(Status.Timeout, new TaskCanceledException(), null);
            Fails(Status.Transport, new IOException("sandbox-secret is known"), null);
            using (Sender sender = Sender.Custom((request, cancellation) => Task.FromResult<TokenResponse>(null)))
            using (Credentials credentials = Sandbox.Credentials(sender))
            {
                Check.Fails(Status.Transport, () => credentials.RequestClientToken());
            }
            using (Sender sender = Sender.FromHandler(new Throwing(new AuthenticationException("a bad certificate"))))
            using (Credentials credentials = Sandbox.Credentials(sender))
            {
                Check.Fails(Status.Tls, () => credentials.RequestClientToken());
            }
        }

        public static void WhatIsSpentIsNotSentTwice()
        {
            foreach (bool mayHaveBeenSent in new[] { true, false })
            {
                var count = 0;
                using (Sender sender = Sender.Custom((request, cancellation) =>
                {
                    count++;
                    throw new SendException(Status.Transport, mayHaveBeenSent, "lost");
                }))
                using (Sender retrying = sender.Retrying(1, TimeSpan.FromSeconds(10)))
                using (Credentials credentials = Sandbox.Credentials(retrying))
                {
                    Check.Fails(Status.Transport, () => credentials.RequestUserToken("code"));
                    Check.Equal(mayHaveBeenSent ? 1 : 2, count);
                }
            }
        }

        public static void CancellingReachesTheFunction()
        {
            var reached = new TaskCompletionSource<bool>();
            var begun = new TaskCompletionSource<bool>();
            using (Sender sender = Sender.Custom(async (request, wanted) =>
            {
                begun.SetResult(true);
                try
                {
                    await Task.Delay(Timeout.Infinite, wanted);
                }
                finally
                {
                    reached.SetResult(wanted.IsCancellationRequested);
                }
                return null;
            }))
            using (Credentials credentials = Sandbox.Credentials(sender))
            using (var cancellation = new CancellationTokenSource())
            {
                Task<Token> request = credentials.RequestClientTokenAsync(cancellation.Token);
                Check.That(begun.Task.Wait(20000), "it is asked");
                cancellation.Cancel();
                Check.That(reached.Task.Wait(20000) && reached.Task.Result, "it hears");
                Check.Throws<OperationCanceledException>(() => request);
            }
        }

        public static void APolledSenderIsAskedByItsUser()
        {
            using (var sender = new PolledSender(TimeSpan.FromSeconds(30)))
            using (Sender http = Sender.Http())
            using (Credentials credentials = Sandbox.Credentials(sender))
            {
                Check.That(sender.NextExchange() == null, "nobody sends");
                Check.Fails(Status.WouldBlock, () => credentials.RequestClientToken());

                Task<Token> request = credentials.RequestClientTokenAsync();
                Exchange exchange = Next(sender);
                Check.That(!exchange.IsCancelled, "somebody waits");
                exchange.Respond(new TokenResponse(200, Answer));
                Check.That(exchange.IsCancelled, "nobody waits any more");
                Check.Throws<ObjectDisposedException>(() => exchange.Respond(new TokenResponse(200)));
                Check.Throws<ObjectDisposedException>(() => exchange.Fail(Status.Transport, true));
                exchange.Dispose();
                Check.Equal("a", request.Result.AccessToken);

                request = credentials.RequestClientTokenAsync();
                Next(sender).Forward(http);
                Check.That(request.Result.AccessToken.Length > 100, "the built-in one carries it");

                request = credentials.RequestClientTokenAsync();
                Next(sender).Fail(Status.Tls, false, "for sandbox-secret alone");
                ClefException error = Check.Fails(Status.Tls, () => request);
                Check.That(!error.Message.Contains("sandbox-secret"), "secrets are taken out");

                request = credentials.RequestClientTokenAsync();
                Next(sender).Dispose();
                Check.Fails(Status.Transport, () => request);
            }
        }

        public static void AnExchangeThatIsForgottenFails()
        {
            using (var sender = new PolledSender(TimeSpan.FromSeconds(30)))
            using (Credentials credentials = Sandbox.Credentials(sender))
            {
                Task<Token> request = credentials.RequestClientTokenAsync();
                Forget(sender);
                Check.That(
                    SpinWait.SpinUntil(
                        () =>
                        {
                            GC.Collect();
                            return request.IsCompleted;
                        },
                        20000),
                    "the finaliser ends it");
                Check.Fails(Status.Transport, () => request);
            }
        }

        public static void OptionsOfTheBuiltInOneAreChecked()
        {
            Check.Fails(Status.InvalidArgument, () => Sender.Http(new HttpSenderOptions { Timeout = TimeSpan.Zero }));
            Check.Fails(Status.InvalidArgument, () => Sender.Http(new HttpSenderOptions { Proxy = "nonsense" }));
            Check.Fails(Status.InvalidArgument, () => Sender.Http(
                new HttpSenderOptions { CaCertificates = { "nonsense" } }));
            using (Sender sender = Sender.Http(new HttpSenderOptions
            {
                ConnectTimeout = TimeSpan.FromMilliseconds(100),
                Timeout = TimeSpan.FromMilliseconds(100),
                UserAgent = "test",
            }))
            using (Credentials credentials = Sandbox.Credentials(sender))
            {
                Sandbox.Fault("{\"kind\": \"delay\", \"delay_ms\": 3000}");
                Check.Fails(Status.Timeout, () => credentials.RequestClientToken());
            }
        }

        private static void Forget(PolledSender sender)
        {
            // On a thread of its own, whose stack holds no reference to it afterwards.
            var thread = new Thread(() => Next(sender));
            thread.Start();
            thread.Join();
        }

        private static void Fails(Status status, Exception error, string message)
        {
            using (Sender sender = Sender.Custom((request, cancellation) => throw error))
            using (Credentials credentials = Sandbox.Credentials(sender))
            {
                ClefException failure = Check.Fails(status, () => credentials.RequestClientToken());
                Check.That(message == null || failure.Message.Contains(message), $"it says {message}");
                Check.That(!failure.Message.Contains("sandbox-secret"), "it says no secret");
            }
        }

        private static Exchange Next(PolledSender sender)
        {
            Exchange exchange = null;
            Check.That(
                SpinWait.SpinUntil(() => (exchange = sender.NextExchange()) != null, 20000), "somebody sends");
            return exchange;
        }

        private static int Threads()
        {
            return Directory.GetDirectories("/proc/self/task").Count(task => NameOf(task) == "clef sender");
        }

        private static string NameOf(string task)
        {
            try
            {
                return File.ReadAllText(task + "/comm").Trim();
            }
            catch (IOException)
            {
                // It ended meanwhile.
                return "";
            }
        }

        /// <summary>As SocketsHttpHandler is, which this platform has not.</summary>
        private sealed class Following : HttpMessageHandler
        {
            public bool AllowAutoRedirect { get; set; } = true;

            protected override Task<HttpResponseMessage> SendAsync(
                HttpRequestMessage request, CancellationToken cancellationToken)
            {
                throw new InvalidOperationException();
            }
        }

        private sealed class Throwing : HttpMessageHandler
        {
            private readonly Exception error;

            internal Throwing(Exception error)
            {
                this.error = error;
            }

            protected override Task<HttpResponseMessage> SendAsync(
                HttpRequestMessage request, CancellationToken cancellationToken)
            {
                throw new HttpRequestException("it could not be sent", error);
            }
        }
    }
}
