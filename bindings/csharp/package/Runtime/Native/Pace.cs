using System;
using System.Threading;
using System.Threading.Tasks;

namespace Clef.Native
{
    /// <summary>How often to look whether something has come: often at first, and the less the longer it takes.</summary>
    internal sealed class Pace
    {
        private const int Yields = 10;
        private const int LongestMilliseconds = 20;

        private int looks;

        /// <summary>Until it is time for the next look.</summary>
        internal Task NextAsync()
        {
            looks++;
            if (looks <= Yields)
            {
                // What needs no network is done in microseconds.
                Thread.Yield();
                return Task.CompletedTask;
            }
            return Task.Delay(Math.Min(1 + (looks - Yields) / 4, LongestMilliseconds));
        }
    }
}
