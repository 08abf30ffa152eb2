using System;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using Clef;

namespace Conformance
{
    /// <summary>What reading a fresh access token costs.</summary>
    internal static class Benchmark
    {
        private const int Rounds = 5;

        internal static void Run(string sandbox, int count)
        {
            using (var spotify = new Credentials("sandbox-client", "sandbox-secret"))
            using (Credentials credentials = spotify.WithAccountsUrl(sandbox))
            using (var refreshing = new RefreshingCredentials(credentials))
            using (RefreshingToken token = refreshing.RequestClientToken())
            {
                Measure(token, count);
                double best = Enumerable.Range(0, Rounds).Select(_ => Measure(token, count)).Min();
                Console.WriteLine("nanoseconds " + best.ToString("F1", CultureInfo.InvariantCulture));
            }
        }

        private static double Measure(RefreshingToken token, int count)
        {
            Stopwatch watch = Stopwatch.StartNew();
            for (var index = 0; index < count; index++)
            {
                if (token.GetAccessToken().Length == 0)
                {
                    throw new InvalidOperationException("there is no access token");
                }
            }
            return watch.Elapsed.TotalMilliseconds * 1e6 / count;
        }
    }
}
