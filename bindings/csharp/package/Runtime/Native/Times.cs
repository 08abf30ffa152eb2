using System;
using System.Threading;

namespace Clef.Native
{
    /// <summary>Times as clef and as .NET count them.</summary>
    internal static class Times
    {
        private const long Unknown = 0;
        private const long Never = long.MaxValue;
        private const long Refused = -2;

        internal static DateTimeOffset? Time(long seconds)
        {
            if (seconds == Unknown)
            {
                return null;
            }
            return seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds() ? DateTimeOffset.MaxValue
                : seconds < DateTimeOffset.MinValue.ToUnixTimeSeconds() ? DateTimeOffset.MinValue
                : DateTimeOffset.FromUnixTimeSeconds(seconds);
        }

        internal static long Seconds(DateTimeOffset? time)
        {
            return time.HasValue ? time.Value.ToUnixTimeSeconds() : Unknown;
        }

        internal static TimeSpan Duration(long seconds)
        {
            return seconds == Never || seconds > (long)TimeSpan.MaxValue.TotalSeconds ? TimeSpan.MaxValue
                : seconds < (long)TimeSpan.MinValue.TotalSeconds ? TimeSpan.MinValue
                : TimeSpan.FromSeconds(seconds);
        }

        /// <summary>
        /// Milliseconds, rounded up so that a short time does not become none. What is left until a time that is over is
        /// not for ever, but what clef refuses.
        /// </summary>
        internal static long Milliseconds(TimeSpan timeout)
        {
            if (timeout == Timeout.InfiniteTimeSpan || timeout == TimeSpan.MaxValue)
            {
                return -1;
            }
            if (timeout < TimeSpan.Zero)
            {
                return Refused;
            }
            long whole = timeout.Ticks / TimeSpan.TicksPerMillisecond;
            return timeout.Ticks % TimeSpan.TicksPerMillisecond == 0 ? whole : whole + 1;
        }
    }
}
