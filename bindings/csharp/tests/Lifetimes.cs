using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Clef;

namespace ClefTests
{
    /// <summary>What is made often, what nobody disposes of, and what is disposed of while it is used.</summary>
    internal static class Lifetimes
    {
        private const int Many = 100000;
        private const int BetweenCollections = 5000;
        private const int PageBytes = 4096;
        private const int Rounds = 2000;

        /// <summary>Far below what 100,000 lost tokens are.</summary>
        private const long FlatBytes = 8 * 1024 * 1024;

        private const long FlatBytesOfErrors = 2 * 1024 * 1024;

        private const string Json =
            "{\"access_token\": \"access\", \"refresh_token\": \"refresh\", \"scope\": \"user-read-email streaming\"}";

        /// <summary>The first of all, since small errors would hide in what others have left free.</summary>
        public static void MemoryIsFlatWhereCallsFail()
        {
            StaysFlat(
                () => Check.Fails(Status.InvalidArgument, () => Token.FromJson("nonsense")), FlatBytesOfErrors);
        }

        public static void MemoryIsFlatWhereTheyAreDisposedOf()
        {
            StaysFlat(() =>
            {
                using (Token token = Token.FromJson(Json))
                using (ScopeSet scopes = token.Scopes)
                using (ScopeSet more = scopes + ScopeSet.Read)
                {
                    Check.That(more.Count == 12 && token.AccessToken == "access", "they are as they were made");
                }
            });
        }

        public static void MemoryIsFlatWhereTheFinaliserDisposesOfThem()
        {
            StaysFlat(() =>
            {
                Token token = Token.FromJson(Json);
                Check.That((token.Scopes + ScopeSet.Read).Count == 12, "they are as they were made");
            });
        }

        /// <summary>A game polls each frame, and collects as rarely as it can.</summary>
        public static void AWatcherLeavesNothingToTheFinaliser()
        {
            using (Token token = Token.FromJson(Json))
            using (var refreshing = new RefreshingToken(token, Shared.Credentials))
            using (var watcher = new TokenWatcher(refreshing))
            {
                Repeat(watcher.Poll, Many);
                long before = ResidentBytes();
                for (var frame = 0; frame < 2 * Many; frame++)
                {
                    watcher.Poll();
                }
                long grown = ResidentBytes() - before;
                Check.That(grown < FlatBytesOfErrors, $"the process grew by {grown / 1024} KiB");
            }
        }

        public static void DisposingRacesWithUse()
        {
            for (var round = 0; round < Rounds; round++)
            {
                Token token = Token.FromJson(Json);
                ScopeSet scopes = token.Scopes;
                var refreshing = new RefreshingToken(token, Shared.Credentials);
                Race(
                    () => Check.Equal("access", token.AccessToken),
                    () => Check.Equal("refresh", token.RefreshToken),
                    () => Check.Equal("streaming user-read-email", string.Join(" ", scopes)),
                    () => Check.Equal("access", refreshing.GetAccessToken()),
                    token.Dispose, scopes.Dispose, refreshing.Dispose);
            }
        }

        public static void EndingRacesWithUse()
        {
            using (var sender = new PolledSender(TimeSpan.FromSeconds(30)))
            using (Credentials credentials = Sandbox.Credentials(sender))
            {
                for (var round = 0; round < Rounds / 10; round++)
                {
                    Task<Token> request = credentials.RequestClientTokenAsync();
                    Exchange exchange = null;
                    Check.That(
                        SpinWait.SpinUntil(() => (exchange = sender.NextExchange()) != null, 20000), "somebody sends");
                    Race(
                        () => exchange.IsCancelled.ToString(),
                        () => exchange.Respond(new TokenResponse(200, Json)),
                        () => exchange.Fail(Status.Tls, true),
                        exchange.Dispose);
                    try
                    {
                        Check.Equal("access", request.Result.AccessToken);
                    }
                    catch (AggregateException error)
                    {
                        Status status = ((ClefException)error.InnerException).Status;
                        Check.That(status == Status.Tls || status == Status.Transport, "one of them ended it");
                    }
                }
            }
        }

        /// <summary>Does all at one time; a call may find that it comes too late.</summary>
        private static void Race(params Action[] calls)
        {
            using (var start = new Barrier(calls.Length))
            {
                var threads = new Thread[calls.Length];
                var failures = new Exception[calls.Length];
                for (var index = 0; index < calls.Length; index++)
                {
                    int mine = index;
                    threads[index] = new Thread(() =>
                    {
                        start.SignalAndWait();
                        try
                        {
                            calls[mine]();
                        }
                        catch (ObjectDisposedException)
                        {
                        }
                        catch (Exception error)
                        {
                            failures[mine] = error;
                        }
                    });
                    threads[index].Start();
                }
                foreach (Thread thread in threads)
                {
                    thread.Join();
                }
                Exception failure = failures.FirstOrDefault(error => error != null);
                if (failure != null)
                {
                    throw new Exception("the race was lost", failure);
                }
            }
        }

        private static void StaysFlat(Action make, long limit = FlatBytes)
        {
            // Until the heaps have the size that they need.
            Repeat(make, Many / 2);
            long before = ResidentBytes();
            Repeat(make, Many);
            long after = ResidentBytes();
            Check.That(after - before < limit, $"the process grew by {(after - before) / 1024} KiB");
        }

        private static void Repeat(Action make, int count)
        {
            for (var index = 1; index <= count; index++)
            {
                make();
                if (index % BetweenCollections == 0)
                {
                    // On a busy machine the finaliser falls behind, which is no leak.
                    GC.Collect();
                    GC.WaitForPendingFinalizers();
                }
            }
        }

        private static long ResidentBytes()
        {
            string[] pages = File.ReadAllText("/proc/self/statm").Split(' ');
            return long.Parse(pages[1], CultureInfo.InvariantCulture) * PageBytes;
        }

        private static class Shared
        {
            internal static readonly Credentials Credentials = Sandbox.Credentials();
        }
    }
}
