using System;

namespace Clef.Native
{
    /// <summary>A request that waits for its answer.</summary>
    internal sealed class ExchangeHandle : AnswerHandle
    {
        /// <summary>For the marshaller.</summary>
        public ExchangeHandle()
        {
        }

        internal ExchangeHandle(IntPtr exchange)
        {
            SetHandle(exchange);
        }

        protected override void Abandon(IntPtr pointer)
        {
            NativeMethods.clef_exchange_free(pointer);
        }
    }
}
