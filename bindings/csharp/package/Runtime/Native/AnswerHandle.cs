using System;
using System.Threading;

namespace Clef.Native
{
    /// <summary>
    /// What somebody waits for, who hears once how it ended. It is ended when the handle is released, so that no other
    /// thread reads it any more.
    /// </summary>
    internal abstract class AnswerHandle : ClefHandle
    {
        private Action<IntPtr> ending;

        /// <exception cref="ObjectDisposedException">It is ended already.</exception>
        internal void End(string owner, Action<IntPtr> end)
        {
            if (IsClosed || Interlocked.CompareExchange(ref ending, end, null) != null)
            {
                throw new ObjectDisposedException(owner);
            }
            Dispose();
        }

        /// <summary>Ends what nobody has ended.</summary>
        protected abstract void Abandon(IntPtr pointer);

        protected override void Free(IntPtr pointer)
        {
            (ending ?? Abandon)(pointer);
        }
    }
}
