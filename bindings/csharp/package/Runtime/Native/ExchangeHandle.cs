using System;
using System.Threading;

namespace Clef.Native
{
    /// <summary>
    /// A request that waits for its answer. It is answered when the handle is released, so that no other thread reads
    /// it any more.
    /// </summary>
    internal sealed class ExchangeHandle : ClefHandle
    {
        private Action<IntPtr> ending;

        /// <summary>For the marshaller.</summary>
        public ExchangeHandle()
        {
        }

        internal ExchangeHandle(IntPtr exchange)
        {
            SetHandle(exchange);
        }

        /// <summary>Ends the exchange so, unless somebody has ended it before.</summary>
        internal bool TryEnd(Action<IntPtr> end)
        {
            if (IsClosed || Interlocked.CompareExchange(ref ending, end, null) != null)
            {
                return false;
            }
            Dispose();
            return true;
        }

        protected override void Free(IntPtr pointer)
        {
            (ending ?? NativeMethods.clef_exchange_free)(pointer);
        }
    }
}
