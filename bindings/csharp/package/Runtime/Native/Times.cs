using System;
using System.Threading;

namespace Clef.Native
{
    /// <summary>Times as clef and as .NET count them.</summary>
    internal static class Times
    {
        private const long Unknown = 0;
        private const long Never = long.MaxValue;

        internal static DateTimeOffset? Time(long seconds)
        {
            if (seconds == Unknown)
            {
                return null;
            }
            return seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds()
                ? DateTimeOffset.MaxValue
                : DateTimeOffset.FromUnixTimeSeconds(seconds);
        }

        internal static long Seconds(DateTimeOffset? time)
        {
            return time.HasValue ? time.Value.ToUnixTimeSeconds() : Unknown;
        }

        internal static TimeSpan Duration(long seconds)
        {
            return seconds == Never || seconds > (long)TimeSpan.MaxValue.TotalSeconds
                ? TimeSpan.MaxValue
                : TimeSpan.FromSeconds(seconds);
        }

        /// <summary>Milliseconds, rounded up so that a short time does not become none.</summary>
        internal static long Milliseconds(TimeSpan timeout)
        {
            return timeout == Timeout.InfiniteTimeSpan || timeout == TimeSpan.MaxValue
                ? -1
                : (timeout.Ticks + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond;
        }
    }
}
