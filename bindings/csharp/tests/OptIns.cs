using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Clef;
using Clef.Callbacks;

namespace ClefTests
{
    /// <summary>What clef calls back, for those who want that.</summary>
    internal static class OptIns
    {
        public static void AStoreOfTheProgramsOwn()
        {
            var kept = new MemoryStore();
            using (TokenStore store = CallbackStore.Create(kept.Run))
            using (Credentials credentials = Sandbox.PublicCredentials())
            {
                Check.Fails(Status.NotFound, () => store.Open(credentials, "anna"));
                using (Token token = Sandbox.UserToken(credentials))
                {
                    store.Save(credentials, token, "anna");
                }
                using (RefreshingToken token = store.OpenAsync(credentials, "anna").Result)
                {
                    token.RefreshAsync().Wait();
                    Check.Equal(token.GetAccessToken(), store.Load(credentials, "anna").AccessToken);
                }
                Check.Equal("anna", string.Join("|", store.GetAccounts(credentials)));
                store.Remove(credentials, "anna");
                Check.Fails(Status.NotFound, () => store.Load(credentials, "anna"));
                Check.That(kept.Seen.Contains(StoreTaskKind.Lock) && kept.Seen.Contains(StoreTaskKind.Unlock), "locks");
            }
            using (TokenStore store = CallbackStore.Create(task => throw new InvalidOperationException()))
            using (Credentials credentials = Sandbox.PublicCredentials())
            {
                Check.Fails(Status.Store, () => store.Load(credentials));
            }
            using (TokenStore store = CallbackStore.Create(task =>
            {
                task.Fail(Status.IO, "no disk");
                Check.Throws<ObjectDisposedException>(() => task.Done());
            }))
            using (Credentials credentials = Sandbox.PublicCredentials())
            {
                Check.That(Check.Fails(Status.IO, () => store.Load(credentials)).Message.Contains("no disk"), "why");
            }
        }

        public static void WhatIsBoundToARuntimeRunsByItsPump()
        {
            var thread = 0;
            using (var runtime = new Runtime())
            using (Sender sender = CallbackSender.Create(
                runtime,
                exchange =>
                {
                    thread = Thread.CurrentThread.ManagedThreadId;
                    exchange.Respond(new TokenResponse(200, "{\"access_token\": \"a\"}"));
                },
                TimeSpan.FromSeconds(30)))
            using (TokenStore store = CallbackStore.Create(runtime, task => task.Fail(Status.Store)))
            using (Credentials credentials = Sandbox.Credentials(sender))
            using (PreparedRequest request = credentials.PrepareClientToken())
            using (Operation<Token> operation = request.Start(runtime))
            {
                Check.That(runtime.Wait(TimeSpan.FromSeconds(20)), "there is something to run");
                Check.That(runtime.FileDescriptor.HasValue, "there is a descriptor");
                Check.Equal(1, runtime.RunCallbacks());
                Check.Equal(Thread.CurrentThread.ManagedThreadId, thread);
                Check.That(operation.Wait(TimeSpan.FromSeconds(20)), "it is done");
                Check.Equal("a", operation.GetAccessToken());
                Operation<RefreshingToken> opening = store.StartOpen(credentials, null, runtime);
                while (!opening.IsDone)
                {
                    runtime.Wait(TimeSpan.FromMilliseconds(50));
                    runtime.RunCallbacks();
                }
                Check.Equal(Status.Store, opening.Status);
                runtime.Wake();
                runtime.WaitAsync().Wait();
            }
        }

        public static void ASenderThatIsCalled()
        {
            using (Sender sender = CallbackSender.Create(
                exchange => exchange.Respond(new TokenResponse(200, "{\"access_token\": \"a\"}")),
                TimeSpan.FromSeconds(30)))
            using (Credentials credentials = Sandbox.Credentials(sender))
            {
                Check.Equal("a", credentials.RequestClientToken().AccessToken);
                Check.Equal("a", credentials.RequestClientTokenAsync().Result.AccessToken);
            }
            using (Sender sender = CallbackSender.Create(
                exchange => throw new InvalidOperationException(), TimeSpan.FromSeconds(30)))
            using (Credentials credentials = Sandbox.Credentials(sender))
            {
                Check.Fails(Status.Transport, () => credentials.RequestClientToken());
            }
        }

        public static void AListenerHearsBeforeAnybodyUsesTheToken()
        {
            using (Credentials credentials = Sandbox.PublicCredentials())
            using (Token begun = Sandbox.UserToken(credentials))
            using (var token = new RefreshingToken(begun, credentials))
            {
                var heard = "";
                token.SetListener(news =>
                {
                    heard += $"{news.Kind} {news.Error?.Status} ";
                    Check.Fails(Status.WouldBlock, () => token.Refresh());
                    if (heard.Length < 20)
                    {
                        throw new InvalidOperationException("it could not be saved");
                    }
                    return Status.Ok;
                });
                token.Refresh();
                token.RefreshAsync().Wait();
                Check.Equal("Changed  Changed  Changed  ", heard);
                heard = "It was saved, and fails: ";
                Sandbox.Fault("{\"kind\": \"respond\", \"status\": 503}");
                Check.Fails(Status.Http, () => token.Refresh());
                Check.Equal("It was saved, and fails: RefreshFailed Http ", heard);
                token.RemoveListener();
                token.Refresh();
                Check.Equal("It was saved, and fails: RefreshFailed Http ", heard);
            }
        }

        public static void AnAttemptIsShown()
        {
            using (Credentials credentials = Sandbox.PublicCredentials())
            {
                LoginAttempt kept = null;
                var options = new LoginOptions();
                options.ShowAttempts(attempt =>
                {
                    kept = attempt;
                    Check.That(attempt.Url.StartsWith(Sandbox.Url), "the URL");
                    Check.That(attempt.RedirectUri.StartsWith("http://127.0.0.1:"), "the redirect URI");
                    attempt.Paste(Sandbox.Agree(attempt.Url));
                });
                credentials.LogIn(null, options).Dispose();
                Check.Fails(Status.AlreadyUsed, () => kept.Paste("/callback?code=c&state=s"));
                Check.Fails(Status.AlreadyUsed, () => kept.OpenBrowserAsync());
                kept.Dispose();
                Check.Throws<ObjectDisposedException>(() => kept.Cancel());
                credentials.LogInAsync(null, options).Result.Dispose();
                options.ShowAttempts(attempt => attempt.Cancel());
                Check.Fails(Status.Cancelled, () => credentials.LogIn(null, options));
                options.ShowAttempts(attempt => throw new InvalidOperationException());
                Check.Fails(Status.Cancelled, () => credentials.LogIn(null, options));
            }
        }

        public static void WhatIsNotThereIsAnArgument()
        {
            Check.Throws<ArgumentNullException>(() => CallbackSender.Create(null, TimeSpan.FromSeconds(1)));
            Check.Throws<ArgumentNullException>(() => CallbackStore.Create(null, task => { }));
            Check.Throws<ArgumentNullException>(() => CallbackLogin.ShowAttempts(null, attempt => { }));
            Check.Throws<ArgumentNullException>(() => TokenListeners.SetListener(null, news => Status.Ok));
            Check.Throws<ArgumentNullException>(() => TokenListeners.RemoveListener(null));
        }

        public static void WhatIsKeptForACallbackIsFreed()
        {
            WeakReference[] kept = Kept();
            Check.That(
                SpinWait.SpinUntil(
                    () =>
                    {
                        GC.Collect();
                        GC.WaitForPendingFinalizers();
                        return kept.All(payload => !payload.IsAlive);
                    },
                    20000),
                "nothing of the program is kept");
        }

        /// <summary>References to what callbacks had that were disposed of, replaced or refused.</summary>
        private static WeakReference[] Kept()
        {
            var kept = new WeakReference[7];
            // On a thread of its own, whose stack holds no reference to them afterwards.
            var thread = new Thread(() =>
            {
                var payloads = new object[kept.Length];
                for (var index = 0; index < kept.Length; index++)
                {
                    payloads[index] = new object();
                    kept[index] = new WeakReference(payloads[index]);
                }
                CallbackSender.Create(exchange => payloads[0].ToString(), TimeSpan.FromSeconds(1)).Dispose();
                CallbackStore.Create(task => payloads[1].ToString()).Dispose();
                using (Credentials credentials = Sandbox.PublicCredentials())
                using (Token begun = Token.FromJson("{\"access_token\": \"a\"}"))
                using (var token = new RefreshingToken(begun, credentials))
                {
                    token.SetListener(news => payloads[2] == null ? Status.Store : Status.Ok);
                    token.SetListener(news => Status.Ok);
                    token.Dispose();
                    Check.Throws<ObjectDisposedException>(
                        () => token.SetListener(news => payloads[4] == null ? Status.Store : Status.Ok));
                }
                var runtime = new Runtime();
                runtime.Dispose();
                Check.Throws<ObjectDisposedException>(() => CallbackSender.Create(
                    runtime, exchange => payloads[5].ToString(), TimeSpan.FromSeconds(1)));
                Check.Throws<ObjectDisposedException>(
                    () => CallbackStore.Create(runtime, task => payloads[6].ToString()));
                Check.Fails(Status.InvalidArgument, () => CallbackSender.Create(
                    exchange => payloads[3].ToString(), TimeSpan.FromMilliseconds(-5)));
            });
            thread.Start();
            thread.Join();
            return kept;
        }

        /// <summary>A store in memory, with versions and locks.</summary>
        private sealed class MemoryStore
        {
            private readonly object gate = new object();
            private readonly Dictionary<string, string> values = new Dictionary<string, string>();
            private long count;
            private bool isLocked;

            internal HashSet<StoreTaskKind> Seen { get; } = new HashSet<StoreTaskKind>();

            internal void Run(StoreTask task)
            {
                lock (gate)
                {
                    Seen.Add(task.Kind);
                    Check.Equal(Sandbox.Url, task.AccountsUrl);
                    Check.Equal(Sandbox.ClientId, task.ClientId);
                    Check.That(!task.IsCancelled && !task.ToString().Contains("token"), "it is wanted");
                    switch (task.Kind)
                    {
                        case StoreTaskKind.Load:
                            if (values.ContainsKey(task.Key))
                            {
                                task.SetValue(values[task.Key], VersionOf(task.Key));
                            }
                            break;
                        case StoreTaskKind.Save:
                            if (task.Version != VersionOf(task.Key))
                            {
                                task.Fail(Status.Busy);
                                return;
                            }
                            values[task.Key] = task.Value;
                            task.SetVersion(VersionOf(task.Key));
                            break;
                        case StoreTaskKind.Remove:
                            values.Remove(task.Key);
                            break;
                        case StoreTaskKind.List:
                            foreach (string key in values.Keys)
                            {
                                task.AddAccount(key.Substring(task.Key.Length));
                            }
                            break;
                        case StoreTaskKind.Lock:
                            if (isLocked)
                            {
                                task.Fail(Status.Busy);
                                return;
                            }
                            isLocked = true;
                            Check.Equal(TimeSpan.FromMinutes(1), task.TimeToLive);
                            task.SetFence(++count);
                            break;
                        case StoreTaskKind.Unlock:
                            isLocked = task.Fence != count;
                            break;
                    }
                    task.Done();
                }
            }

            private string VersionOf(string key)
            {
                string value;
                return values.TryGetValue(key, out value)
                    ? value.GetHashCode().ToString(System.Globalization.CultureInfo.InvariantCulture)
                    : null;
            }
        }
    }
}
