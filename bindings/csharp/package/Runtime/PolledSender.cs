using System;
using Clef.Native;

namespace Clef
{
    /// <summary>
    /// A sender whose requests wait until you ask for them, once a frame for example: for HTTP that is bound to a thread,
    /// such as <c>UnityWebRequest</c>.
    /// </summary>
    public sealed class PolledSender : Sender
    {
        /// <summary>A sender.</summary>
        /// <param name="timeout">How long a request waits for its answer.</param>
        public PolledSender(TimeSpan timeout) : base(NewPolled(timeout))
        {
        }

        /// <summary>
        /// The next request; null when there is none at the moment. Never blocks. On the thread that asked last, a
        /// blocking call that needs this sender is <see cref="Status.WouldBlock"/>.
        /// </summary>
        public Exchange NextExchange()
        {
            ExchangeHandle exchange = NativeMethods.clef_sender_next_exchange(Handle);
            return exchange.IsInvalid ? null : new Exchange(exchange);
        }
    }
}
